import type { JSX } from 'preact'
import { useId } from 'preact/hooks'

/** One of a few, by number; nothing where there is only one. */
export function Choice({
  label,
  count,
  value,
  onChange,
}: {
  readonly label: string
  readonly count: number
  readonly value: number
  readonly onChange: (value: number) => void
}): JSX.Element | null {
  const name = useId()
  if (count < 2) return null
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {Array.from({ length: count }, (_, i) => (
        <label key={i}>
          <input type="radio" name={name} checked={i === value} onChange={() => onChange(i)} />
          {i + 1}
        </label>
      ))}
    </fieldset>
  )
}
