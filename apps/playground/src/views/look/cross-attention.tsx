import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { headsOf, layersOf, matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { goToPlace, placeOf } from './position.ts'
import { Section } from './section.tsx'

const words = messages.look

/** Where each step of a Transformer's decoder looks in the source: every layer, every head. */
export function CrossAttention({ look }: { readonly look: Look }): JSX.Element | null {
  const layers = layersOf(look, 'decoder')
  const { sourceTokens, targetTokens } = look.inspection
  const all = layers.flatMap((name, layer) => {
    const heads = headsOf(look, `${name}.multihead_attn`)
    return Array.from({ length: heads }, (_, head) => ({ name, layer, head, heads }))
  })
  if (all.length === 0) return null
  return (
    <Section id="attention" title={words.sections.crossAttention} about={words.about.crossAttention}>
      <div class="grid-of-maps">
        {all.map(({ name, layer, head, heads }) => {
          const isChosen =
            layer === placeOf('layer', layers.length - 1) && head === placeOf('crossHead', heads - 1)
          return (
            <div key={`${layer} ${head}`} class={isChosen ? 'chosen' : undefined}>
              <MatrixMap
                matrix={matrixOf(look, `${name}.multihead_attn.weights`, head)}
                rows={targetTokens}
                columns={sourceTokens}
                label={words.ofLayerHead(layer + 1, head + 1)}
                largest={1}
                cell={14}
              />
              <button
                type="button"
                class="outline small"
                aria-pressed={isChosen}
                onClick={() => goToPlace({ layer, crossHead: head })}
              >
                {words.follow(layer + 1, head + 1)}
              </button>
            </div>
          )
        })}
      </div>
    </Section>
  )
}
