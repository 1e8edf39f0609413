import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { type BackendName, backendNames, isBackendName } from '../engine/backend-names.ts'
import { messages } from '../text/messages.ts'
import { useMissing } from './use-missing.ts'

/** A choice among the backends; those that this browser lacks say why. */
export function BackendSelect({
  value,
  onChange,
}: {
  readonly value: BackendName
  readonly onChange: (name: BackendName) => void
}): JSX.Element {
  const lacking = useMissing()
  const id = useId()
  const reasons = [...new Set(Object.values(lacking).map(({ reason }) => messages.missing[reason]))]
  return (
    <label>
      {messages.backend}
      <select
        value={value}
        aria-describedby={id}
        onChange={({ currentTarget }) => isBackendName(currentTarget.value) && onChange(currentTarget.value)}
      >
        {backendNames.map((name) => (
          <option key={name} value={name} disabled={lacking[name] !== undefined}>
            {messages.backends[name]}
          </option>
        ))}
      </select>
      <small id={id}>{reasons.join(' ')}</small>
    </label>
  )
}

/** The backend that the address names, or the default. */
export function backendOf(state: Readonly<Record<string, string>>): BackendName {
  return isBackendName(state.backend) ? state.backend : 'cpu'
}
