import type { JSX } from 'preact'
import { keepState } from '../state/route.ts'

/** A choice of one name, kept in the address. */
export function Select<Name extends string>({
  label,
  name,
  value,
  names,
  texts,
}: {
  readonly label: string
  /** As the address has it. */
  readonly name: string
  readonly value: Name
  readonly names: readonly Name[]
  readonly texts: Readonly<Record<Name, string>>
}): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => keepState({ [name]: currentTarget.value })}>
        {names.map((each) => (
          <option key={each} value={each}>
            {texts[each]}
          </option>
        ))}
      </select>
    </label>
  )
}
