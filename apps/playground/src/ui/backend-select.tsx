import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import {
  type BackendName,
  backendNames,
  isBackendName,
  type Missing,
  missing,
} from '../engine/backend-names.ts'
import { messages } from '../text/messages.ts'

/** A choice among the backends; those that this browser lacks say why. */
export function BackendSelect({
  value,
  onChange,
}: {
  readonly value: BackendName
  readonly onChange: (name: BackendName) => void
}): JSX.Element {
  const [lacking, setLacking] = useState<Partial<Record<BackendName, Missing>>>({})
  useEffect(() => {
    void Promise.all(backendNames.map(async (name) => [name, await missing(name)] as const)).then((all) =>
      setLacking(Object.fromEntries(all.filter(([, why]) => why !== undefined))),
    )
  }, [])
  const reasons = [...new Set(Object.values(lacking).map(({ reason }) => messages.missing[reason]))]
  return (
    <label>
      {messages.backend}
      <select
        value={value}
        aria-describedby="lacking"
        onChange={({ currentTarget }) => isBackendName(currentTarget.value) && onChange(currentTarget.value)}
      >
        {backendNames.map((name) => (
          <option key={name} value={name} disabled={lacking[name] !== undefined}>
            {messages.backends[name]}
          </option>
        ))}
      </select>
      <small id="lacking">{reasons.join(' ')}</small>
    </label>
  )
}

/** The backend that the address names, or the default. */
export function backendOf(state: Readonly<Record<string, string>>): BackendName {
  return isBackendName(state.backend) ? state.backend : 'cpu'
}
