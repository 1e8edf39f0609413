import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { difference, layersOf, matrixOf } from './look-state.ts'
import { MatrixMap } from './matrix-map.tsx'
import { Section } from './section.tsx'

const words = messages.look

export function Tokens({ look }: { readonly look: Look }): JSX.Element {
  return (
    <Section title={words.sections.tokens} about={words.about.tokens}>
      <div class="wide">
        <table>
          <tbody>
            <tr>
              <th scope="row">{words.token}</th>
              {look.inspection.sourceTokens.map((token, i) => (
                <td key={i}>{token === ' ' ? '␣' : token}</td>
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
  const { sourceTokens } = look.inspection
  const embedding = matrixOf(look, 'encoder.embedding')
  const placed = matrixOf(look, 'encoder.placed')
  const added = embedding && placed && difference(placed, embedding)
  return (
    <Section title={words.sections.embeddings} about={words.about.embeddings}>
      <MatrixMap matrix={embedding} rows={sourceTokens} label={words.embedding} />
      {added?.data.some((x) => x !== 0) && (
        <>
          <p>{words.about.positions}</p>
          <MatrixMap matrix={added} rows={sourceTokens} label={words.positions} />
        </>
      )}
    </Section>
  )
}

/** The states h₁ … h_T of a recurrent encoder; a Transformer has a section of its own. */
export function RnnEncoder({ look }: { readonly look: Look }): JSX.Element | null {
  if (layersOf(look, 'encoder').length > 0) return null
  const { sourceTokens } = look.inspection
  return (
    <>
      <Section title={words.sections.encoder} about={words.about.rnnEncoder}>
        <MatrixMap
          matrix={matrixOf(look, 'encoder.states')}
          rows={sourceTokens}
          label={words.states}
          largest={1}
        />
      </Section>
      <Context look={look} />
    </>
  )
}

function Context({ look }: { readonly look: Look }): JSX.Element {
  const { sourceTokens, targetTokens } = look.inspection
  const weights = matrixOf(look, 'decoder.weights')
  if (!weights) {
    return (
      <Section title={words.sections.context} about={words.about.context}>
        <MatrixMap matrix={matrixOf(look, 'encoder.context')} rows={['C']} label={words.contextVector} />
      </Section>
    )
  }
  return (
    <Section title={words.sections.attention} about={words.about.attention}>
      <MatrixMap
        matrix={weights}
        rows={targetTokens}
        columns={sourceTokens}
        label={words.sections.attention}
        largest={1}
      />
    </Section>
  )
}
