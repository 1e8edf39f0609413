import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { type ModelChoice, ownModels, recallModels, shipped } from '../models.ts'
import { keepState } from '../state/route.ts'
import { messages } from '../text/messages.ts'

/** A choice among the models, shipped and own; another one starts from its own example. */
export function ModelSelect({ value }: { readonly value: ModelChoice }): JSX.Element {
  useEffect(() => void recallModels(), [])
  const own = ownModels.value
  const isListed = [...shipped, ...own].some(({ key }) => key === value.key)
  return (
    <label>
      {messages.try.model}
      <select
        value={value.key}
        onChange={({ currentTarget }) =>
          keepState({
            model: currentTarget.value,
            text: undefined,
            truth: undefined,
            step: undefined,
            layer: undefined,
            head: undefined,
          })
        }
      >
        <Options models={shipped} />
        {(own.length > 0 || !isListed) && (
          <optgroup label={messages.own.group}>
            <Options models={isListed ? own : [...own, value]} />
          </optgroup>
        )}
      </select>
      <small>{value.about}</small>
    </label>
  )
}

function Options({ models }: { readonly models: readonly ModelChoice[] }): JSX.Element {
  return (
    <>
      {models.map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </>
  )
}
