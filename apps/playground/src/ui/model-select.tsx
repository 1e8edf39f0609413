import type { JSX } from 'preact'
import { type ShippedName, shippedNames } from '../models.ts'
import { keepState } from '../state/route.ts'
import { messages } from '../text/messages.ts'

/** A choice among the shipped models; another one starts from its own example. */
export function ModelSelect({ value }: { readonly value: ShippedName }): JSX.Element {
  return (
    <label>
      {messages.try.model}
      <select
        value={value}
        onChange={({ currentTarget }) =>
          keepState({ model: currentTarget.value, text: undefined, truth: undefined })
        }
      >
        {shippedNames.map((name) => (
          <option key={name} value={name}>
            {messages.models[name].name}
          </option>
        ))}
      </select>
      <small>{messages.models[value].about}</small>
    </label>
  )
}
