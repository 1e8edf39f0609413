import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { headsOf, layersOf, matrixOf, scoresOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
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
  const [layer, setLayer] = useState(0)
  if (layers.length === 0) return null
  const title = stack === 'encoder' ? words.sections.encoder : words.nextHead
  const about = stack === 'encoder' ? words.about.transformerEncoder : words.about.transformerDecoder
  const name = layers[Math.min(layer, layers.length - 1)]!
  const { sourceTokens, targetTokens } = look.inspection
  const own = stack === 'encoder' ? sourceTokens : targetTokens
  return (
    <Section title={title} about={about}>
      <Choice label={words.layer} count={layers.length} value={layer} onChange={setLayer} />
      <Attention look={look} place={`${name}.self_attn`} rows={own} columns={own} title={words.self} />
      {stack === 'decoder' && (
        <Attention
          look={look}
          place={`${name}.multihead_attn`}
          rows={own}
          columns={sourceTokens}
          title={words.cross}
        />
      )}
    </Section>
  )
}

interface AttentionProps {
  readonly look: Look
  readonly place: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly title: string
}

function Attention({ look, place, rows, columns, title }: AttentionProps): JSX.Element | null {
  const heads = headsOf(look, place)
  const [head, setHead] = useState(0)
  if (heads === 0) return null
  const at = Math.min(head, heads - 1)
  const query = matrixOf(look, `${place}.query`, at)!
  const keyHeads = look.inspection.values.get(`${place}.key`)!.shape[0]!
  const keyHead = Math.floor((at * keyHeads) / heads)
  const key = matrixOf(look, `${place}.key`, keyHead)!
  const value = matrixOf(look, `${place}.value`, keyHead)
  return (
    <>
      <h4>{title}</h4>
      <Choice label={words.head} count={heads} value={at} onChange={setHead} />
      <div class="row-of-maps">
        <MatrixMap matrix={query} rows={rows} label={words.query} />
        <MatrixMap matrix={key} rows={columns} label={words.key} />
        <MatrixMap matrix={value} rows={columns} label={words.value} />
      </div>
      <div class="row-of-maps">
        <MatrixMap matrix={scoresOf(query, key)} rows={rows} columns={columns} label={words.scores} />
        <MatrixMap
          matrix={matrixOf(look, `${place}.weights`, at)}
          rows={rows}
          columns={columns}
          label={words.weights}
          largest={1}
        />
        <MatrixMap matrix={matrixOf(look, `${place}.context`, at)} rows={rows} label={words.headOutput} />
      </div>
      <MatrixMap matrix={matrixOf(look, `${place}.added`)} rows={rows} label={words.added} />
      <MatrixMap matrix={matrixOf(look, `${place}.normalized`)} rows={rows} label={words.normalized} />
    </>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly count: number
  readonly value: number
  readonly onChange: (value: number) => void
}

function Choice({ label, count, value, onChange }: ChoiceProps): JSX.Element | null {
  if (count < 2) return null
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {Array.from({ length: count }, (_, i) => (
        <label key={i}>
          <input type="radio" checked={i === value} onChange={() => onChange(i)} />
          {i + 1}
        </label>
      ))}
    </fieldset>
  )
}
