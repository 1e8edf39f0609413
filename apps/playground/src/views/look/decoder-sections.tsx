import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { Bars } from '../../ui/bars.tsx'
import type { Matrix } from './look-state.ts'
import { matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { Section } from './section.tsx'

const words = messages.look

/** The decoder, one step at a time: what it reads, its state, where it looks, what may come next. */
export function DecoderSteps({ look }: { readonly look: Look }): JSX.Element {
  const { targetTokens, sourceTokens } = look.inspection
  const [step, setStep] = useState(0)
  const last = targetTokens.length - 1
  const at = Math.min(step, last)
  const weights = row(matrixOf(look, 'decoder.weights'), at)
  const candidates = look.forced[at]!.map(({ token, probability }) => ({ name: token, share: probability }))
  return (
    <Section title={words.sections.decoder} about={words.about.decoder}>
      <div class="stepper">
        <button type="button" class="secondary" disabled={at === 0} onClick={() => setStep(at - 1)}>
          ← {words.back}
        </button>
        <output aria-live="polite">
          {words.step} {at + 1} / {last + 1}: {words.reads(targetTokens[at]!)}
        </output>
        <button type="button" class="secondary" disabled={at === last} onClick={() => setStep(at + 1)}>
          {words.forward} →
        </button>
      </div>
      <MatrixMap matrix={row(matrixOf(look, 'decoder.states'), at)} rows={['s']} label={words.state} />
      {weights && (
        <MatrixMap
          matrix={weights}
          rows={[targetTokens[at]!]}
          columns={sourceTokens}
          label={words.sections.attention}
          largest={1}
        />
      )}
      <h4>{words.next}</h4>
      <Bars bars={candidates} label={words.next} />
    </Section>
  )
}

function row(matrix: Matrix | undefined, at: number): Matrix | undefined {
  if (!matrix) return undefined
  const { columns } = matrix
  return { data: matrix.data.slice(at * columns, (at + 1) * columns), rows: 1, columns }
}

/** What the decoder says with the true tokens before it, beside what it says with its own. */
export function Forcing({ look }: { readonly look: Look }): JSX.Element {
  const { targetTokens } = look.inspection
  const given = targetTokens.slice(1)
  const predicted = look.forced.map(([best]) => best!.token)
  const free = look.free.tokens
  const length = Math.max(predicted.length, free.length + 1)
  const line = (tokens: readonly string[], name: string) => (
    <tr>
      <th scope="row">{name}</th>
      {Array.from({ length }, (_, i) => {
        const token = tokens[i] ?? (i === tokens.length ? '<eos>' : '')
        const isOther = token !== (given[i] ?? (i === given.length ? '<eos>' : ''))
        return (
          <td key={i} class={isOther && token !== '' ? 'differs' : undefined}>
            {token === ' ' ? '␣' : token}
          </td>
        )
      })}
    </tr>
  )
  return (
    <Section title={words.sections.forcing} about={words.about.forcing}>
      <div class="wide">
        <table>
          <tbody>
            {line(given, words.given)}
            {line(predicted, words.predicted)}
            {line(free, words.alone)}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
