import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { Bars } from '../../ui/bars.tsx'
import { shownToken } from '../../ui/shown-token.ts'
import { headsOf, layersOf, type Matrix, matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { goToPlace, placeOf } from './position.ts'
import { Section } from './section.tsx'

const words = messages.look

/** The decoder, one step at a time: what it reads, its state, where it looks, what may come next. */
export function DecoderSteps({ look }: { readonly look: Look }): JSX.Element {
  const { targetTokens } = look.inspection
  const last = targetTokens.length - 1
  const at = placeOf('step', last)
  const go = (step: number) => goToPlace({ step })
  const candidates = look.forced[at]!.map(({ token, probability }) => ({ name: token, share: probability }))
  return (
    <Section id="decoder" title={words.sections.decoder} about={words.about.decoder}>
      <div class="stepper">
        <button type="button" class="secondary" disabled={at === 0} onClick={() => go(at - 1)}>
          ← {words.back}
        </button>
        <output aria-live="polite">
          {words.step} {at + 1} / {last + 1}: {words.reads(shownToken(targetTokens[at]!))}
        </output>
        <button type="button" class="secondary" disabled={at === last} onClick={() => go(at + 1)}>
          {words.forward} →
        </button>
      </div>
      <ol class="strip" aria-label={words.written}>
        {targetTokens.map((token, i) => (
          <li key={i}>
            <button
              type="button"
              class={i > at ? 'outline small future' : 'outline small'}
              aria-current={i === at ? 'step' : undefined}
              onClick={() => go(i)}
            >
              {shownToken(token)}
            </button>
          </li>
        ))}
      </ol>
      <div class="row-of-maps">
        <div>
          <MatrixMap matrix={row(matrixOf(look, 'decoder.states'), at)} rows={['s']} label={words.state} />
          <StepAttention look={look} at={at} />
        </div>
        <div>
          <h4>{words.next}</h4>
          <Bars bars={candidates} label={words.next} />
        </div>
      </div>
    </Section>
  )
}

/** Where one step looks: of an RNN its one row, of a Transformer each head of the layer that is chosen. */
function StepAttention({ look, at }: { readonly look: Look; readonly at: number }): JSX.Element | null {
  const { sourceTokens, targetTokens } = look.inspection
  const weights = row(matrixOf(look, 'decoder.weights'), at)
  if (weights) {
    return (
      <>
        <MatrixMap
          matrix={weights}
          rows={[targetTokens[at]!]}
          columns={sourceTokens}
          label={words.cross}
          largest={1}
        />
        <MatrixMap
          matrix={row(matrixOf(look, 'decoder.context'), at)}
          rows={['c']}
          label={words.contextOfStep}
        />
      </>
    )
  }
  const layers = layersOf(look, 'decoder')
  if (layers.length === 0) return null
  const layer = placeOf('layer', layers.length - 1)
  const name = `${layers[layer]}.multihead_attn`
  const heads = Array.from({ length: headsOf(look, name) }, (_, head) => head)
  const rows = heads.map((head) => row(matrixOf(look, `${name}.weights`, head), at)!)
  const matrix = {
    data: Float32Array.from(rows.flatMap(({ data }) => [...data])),
    rows: heads.length,
    columns: sourceTokens.length,
  }
  return (
    <MatrixMap
      matrix={matrix}
      rows={heads.map((head) => `${words.head} ${head + 1}`)}
      columns={sourceTokens}
      label={`${words.cross}: ${words.layer} ${layer + 1}`}
      largest={1}
    />
  )
}

function row(matrix: Matrix | undefined, at: number): Matrix | undefined {
  if (!matrix) return undefined
  const { columns } = matrix
  return { data: matrix.data.slice(at * columns, (at + 1) * columns), rows: 1, columns }
}
