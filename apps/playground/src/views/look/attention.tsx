import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { Choice } from './choice.tsx'
import { biasOf, causal, headsOf, isPreNorm, matrixOf, scoresOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { goToPlace, type Place, placeOf } from './position.ts'

const words = messages.look

export interface AttentionProps {
  readonly look: Look
  /** Name of the attention, such as `encoder.layers.0.self_attn`. */
  readonly name: string
  readonly head: Place
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly title: string
  /** Whether a row may look only at columns up to its own. */
  readonly isCausal?: boolean
}

/** One head, from queries to the weighted sum, and add & norm around all heads. */
export function Attention(props: AttentionProps): JSX.Element | null {
  const { look, name, head, rows, columns, title, isCausal = false } = props
  const heads = headsOf(look, name)
  if (heads === 0) return null
  const at = placeOf(head, heads - 1)
  const query = matrixOf(look, `${name}.query`, at)!
  const keyHeads = look.inspection.values.get(`${name}.key`)!.shape[0]!
  const keyHead = Math.floor((at * keyHeads) / heads)
  const key = matrixOf(look, `${name}.key`, keyHead)!
  const scores = scoresOf(query, key)
  const weights = matrixOf(look, `${name}.weights`, at)!
  const normalized = (
    <MatrixMap matrix={matrixOf(look, `${name}.normalized`)} rows={rows} label={words.normalized} />
  )
  const isPre = isPreNorm(look, name)
  const bias = isCausal ? undefined : biasOf(scores, weights)
  return (
    <>
      <h4>{title}</h4>
      {isPre && normalized}
      <Choice
        label={words.head}
        count={heads}
        value={at}
        onChange={(value) => goToPlace({ [head]: value })}
      />
      <div class="row-of-maps">
        <MatrixMap matrix={query} rows={rows} label={words.query} />
        <MatrixMap matrix={key} rows={columns} label={words.key} />
        <MatrixMap matrix={matrixOf(look, `${name}.value`, keyHead)} rows={columns} label={words.value} />
      </div>
      <p>
        {words.about.scores} {isCausal && words.about.causal} {bias && words.about.bias}
      </p>
      <div class="row-of-maps">
        <MatrixMap
          matrix={isCausal ? causal(scores) : scores}
          rows={rows}
          columns={columns}
          label={words.scores}
        />
        <MatrixMap matrix={bias} rows={rows} columns={columns} label={words.bias} />
        <MatrixMap
          matrix={isCausal ? causal(weights) : weights}
          rows={rows}
          columns={columns}
          label={words.weights}
          largest={1}
        />
        <MatrixMap matrix={matrixOf(look, `${name}.context`, at)} rows={rows} label={words.headOutput} />
      </div>
      <p>{isPre ? words.about.addPreNorm : words.about.addNorm}</p>
      <MatrixMap matrix={matrixOf(look, `${name}.added`)} rows={rows} label={words.added} />
      {!isPre && normalized}
    </>
  )
}
