import type { JSX } from 'preact'
import { shownToken } from './shown-token.ts'

/** A token, and the probability that the model gave it. */
export interface ShownToken {
  readonly token: string
  readonly probability?: number | undefined
}

/** Tokens in a row, shaded by probability; the number is in the title and for screen readers. */
export function TokenList({
  tokens,
  label,
}: {
  readonly tokens: readonly ShownToken[]
  readonly label: string
}): JSX.Element {
  return (
    <ol class="tokens" aria-label={label}>
      {tokens.map(({ token, probability }, i) => {
        const percent = probability === undefined ? undefined : `${(100 * probability).toFixed(1)} %`
        return (
          <li key={i} title={percent} style={{ '--share': probability ?? 0 }}>
            {shownToken(token)}
            {percent && <span class="visually-hidden"> {percent}</span>}
          </li>
        )
      })}
    </ol>
  )
}
