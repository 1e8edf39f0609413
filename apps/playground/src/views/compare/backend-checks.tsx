import type { JSX } from 'preact'
import { type BackendName, backendNames } from '../../engine/backend-names.ts'
import { keepState } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { useMissing } from '../../ui/use-missing.ts'

/** A choice of several backends, in the address; those that this browser lacks say why, and what would enable them. */
export function BackendChecks({ chosen }: { readonly chosen: readonly BackendName[] }): JSX.Element {
  const lacking = useMissing()
  const change = (name: BackendName, isChosen: boolean) => {
    const next = backendNames.filter((each) => (each === name ? isChosen : chosen.includes(each)))
    keepState({ on: next.length === backendNames.length ? undefined : next.join(' ') })
  }
  return (
    <fieldset>
      <legend>{messages.compare.on}</legend>
      {backendNames.map((name) => {
        const why = lacking[name]
        return (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={({ currentTarget }) => change(name, currentTarget.checked)}
            />
            {messages.backends[name]}
            {why && <small class="reason">{messages.missing[why.reason]}</small>}
          </label>
        )
      })}
    </fieldset>
  )
}
