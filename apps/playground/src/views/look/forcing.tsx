import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { shownToken } from '../../ui/shown-token.ts'
import { Section } from './section.tsx'

const words = messages.look

/** What the decoder says with the true tokens before it, beside what it says with its own. */
export function Forcing({ look }: { readonly look: Look }): JSX.Element {
  const given = [...look.inspection.targetTokens.slice(1), '<eos>']
  const forced = look.forced.map(([best]) => best!.token)
  const free = [...look.free.tokens, '<eos>']
  const length = Math.max(given.length, free.length)
  const isWrong = (tokens: readonly string[], i: number) => (tokens[i] ?? '') !== (given[i] ?? '')
  const line = (tokens: readonly string[], name: string) => {
    const wrong = Array.from({ length }, (_, i) => isWrong(tokens, i)).filter(Boolean).length
    return (
      <tr>
        <th scope="row">
          {name}
          <small>{tokens === given ? '' : words.errors(wrong, length)}</small>
        </th>
        {Array.from({ length }, (_, i) => (
          <td key={i} class={isWrong(tokens, i) && tokens[i] ? 'differs' : undefined}>
            {shownToken(tokens[i] ?? '')}
          </td>
        ))}
      </tr>
    )
  }
  return (
    <Section id="forcing" title={words.sections.forcing} about={words.about.forcing}>
      <div class="wide">
        <table>
          <tbody>
            {line(given, words.given)}
            {line(forced, words.predicted)}
            {line(free, words.alone)}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
