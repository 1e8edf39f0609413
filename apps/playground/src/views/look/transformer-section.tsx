import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { Attention } from './attention.tsx'
import { Choice } from './choice.tsx'
import { isPreNorm, layersOf, matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { goToPlace, placeOf } from './position.ts'
import { Section } from './section.tsx'

const words = messages.look

/** One stack of a Transformer: a layer and a head at a time, from queries to add & norm. */
export function TransformerStack({
  look,
  stack,
}: {
  readonly look: Look
  readonly stack: 'encoder' | 'decoder'
}): JSX.Element | null {
  const layers = layersOf(look, stack)
  if (layers.length === 0) return null
  const isEncoder = stack === 'encoder'
  const place = isEncoder ? 'encoderLayer' : 'layer'
  const layer = placeOf(place, layers.length - 1)
  const name = layers[layer]!
  const { sourceTokens, targetTokens } = look.inspection
  const own = isEncoder ? sourceTokens : targetTokens
  const isPre = isPreNorm(look, `${name}.self_attn`)
  const normalized = (
    <MatrixMap
      matrix={matrixOf(look, `${name}.feed_forward.normalized`)}
      rows={own}
      label={words.normalized}
    />
  )
  return (
    <Section
      id={isEncoder ? 'encoder' : 'heads'}
      title={isEncoder ? words.sections.encoder : words.nextHead}
      about={isEncoder ? words.about.transformerEncoder : words.about.transformerDecoder}
    >
      <Choice
        label={words.layer}
        count={layers.length}
        value={layer}
        onChange={(value) => goToPlace({ [place]: value })}
      />
      <Attention
        look={look}
        name={`${name}.self_attn`}
        head={isEncoder ? 'encoderHead' : 'head'}
        rows={own}
        columns={own}
        title={words.self}
        isCausal={!isEncoder}
      />
      {!isEncoder && (
        <Attention
          look={look}
          name={`${name}.multihead_attn`}
          head="crossHead"
          rows={own}
          columns={sourceTokens}
          title={words.cross}
        />
      )}
      <h4>{words.feedForward}</h4>
      <p>{words.about.feedForward}</p>
      {isPre && normalized}
      <MatrixMap matrix={matrixOf(look, `${name}.feed_forward.units`)} rows={own} label={words.units} />
      <MatrixMap matrix={matrixOf(look, `${name}.feed_forward.added`)} rows={own} label={words.added} />
      {!isPre && normalized}
    </Section>
  )
}
