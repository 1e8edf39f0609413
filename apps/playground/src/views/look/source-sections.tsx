import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { shownToken } from '../../ui/shown-token.ts'
import { difference, layersOf, type Matrix, matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { Section } from './section.tsx'

const words = messages.look

export function Tokens({ look }: { readonly look: Look }): JSX.Element {
  return (
    <Section id="tokens" title={words.sections.tokens} about={words.about.tokens}>
      <div class="wide">
        <table>
          <tbody>
            <tr>
              <th scope="row">{words.token}</th>
              {look.inspection.sourceTokens.map((token, i) => (
                <td key={i}>{shownToken(token)}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">{words.id}</th>
              {look.sourceIds.map((id, i) => (
                <td key={i}>{id}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </Section>
  )
}

export function Embeddings({ look }: { readonly look: Look }): JSX.Element {
  const { sourceTokens, targetTokens } = look.inspection
  const [inEncoder, inDecoder] = [positionsOf(look, 'encoder'), positionsOf(look, 'decoder')]
  const isTransformer = layersOf(look, 'encoder').length > 0
  return (
    <Section id="embeddings" title={words.sections.embeddings} about={words.about.embeddings}>
      <MatrixMap matrix={matrixOf(look, 'encoder.embedding')} rows={sourceTokens} label={words.embedding} />
      {isTransformer && !inEncoder && <p>{words.about.noPositions}</p>}
      {(inEncoder || inDecoder) && <p>{words.about.positions}</p>}
      <MatrixMap matrix={inEncoder} rows={sourceTokens} label={words.positions} />
      <MatrixMap matrix={inDecoder} rows={targetTokens} label={words.targetPositions} />
    </Section>
  )
}

/** What was added to a stack's embeddings for their positions; undefined where nothing was. */
function positionsOf(look: Look, stack: 'encoder' | 'decoder'): Matrix | undefined {
  const embedding = matrixOf(look, `${stack}.embedding`)
  const placed = matrixOf(look, `${stack}.placed`)
  const added = embedding && placed && difference(placed, embedding)
  return added?.data.some((x) => x !== 0) ? added : undefined
}

/** The states h₁ … h_T of a recurrent encoder; a Transformer has a section of its own. */
export function RnnEncoder({ look }: { readonly look: Look }): JSX.Element | null {
  if (layersOf(look, 'encoder').length > 0) return null
  const { sourceTokens } = look.inspection
  return (
    <Section id="encoder" title={words.sections.encoder} about={words.about.rnnEncoder}>
      <MatrixMap
        matrix={matrixOf(look, 'encoder.states')}
        rows={sourceTokens}
        label={words.states}
        largest={1}
      />
    </Section>
  )
}

/** What a recurrent decoder knows of the source: one vector, or where each step looks. */
export function Context({ look }: { readonly look: Look }): JSX.Element | null {
  if (layersOf(look, 'decoder').length > 0) return null
  const { sourceTokens, targetTokens } = look.inspection
  const weights = matrixOf(look, 'decoder.weights')
  if (!weights) {
    return (
      <Section id="attention" title={words.sections.context} about={words.about.context}>
        <MatrixMap matrix={matrixOf(look, 'encoder.context')} rows={['C']} label={words.contextVector} />
      </Section>
    )
  }
  return (
    <Section id="attention" title={words.sections.attention} about={words.about.attention}>
      <MatrixMap
        matrix={weights}
        rows={targetTokens}
        columns={sourceTokens}
        label={words.cross}
        largest={1}
      />
    </Section>
  )
}
