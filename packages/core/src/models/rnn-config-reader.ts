import type {
  AttentionConfig,
  OutputConfig,
  RnnDecoderConfig,
  RnnEncoderConfig,
  SourceConfig,
} from './config.ts'
import type { Reader } from './schema.ts'
import { flag, listOf, numberFrom, object, oneOf, refuse, wholeNumber, withDefault } from './schema.ts'
import { source } from './source-config-reader.ts'

const size = wholeNumber(1)
const rate = numberFrom(0, 1)
const cell = oneOf('elman', 'elman-relu', 'lstm', 'gru', 'gru-reset-before')

/** Reads an RNN encoder. */
export const rnnEncoder: Reader<RnnEncoderConfig> = object<RnnEncoderConfig>({
  type: oneOf('rnn'),
  input: withDefault<SourceConfig | undefined>(source, undefined) as never,
  cell: withDefault(cell, 'lstm'),
  embeddingSize: size,
  hiddenSize: size,
  layers: withDefault(size, 1),
  bidirectional: withDefault(flag, false),
  dropout: withDefault(rate, 0),
  variational: withDefault(flag, false),
  recurrentDropout: withDefault(rate, 0),
})

const attention: Reader<AttentionConfig> = object<AttentionConfig>({
  score: oneOf('additive', 'dot', 'general', 'concat', 'scaled-dot'),
  size: withDefault(wholeNumber(0), 0),
  query: withDefault(oneOf('previous', 'current'), 'current'),
  inputFeeding: withDefault(flag, false),
  coverage: withDefault(flag, false),
})

const output: Reader<OutputConfig> = object<OutputConfig>({
  from: withDefault(listOf(oneOf('state', 'context', 'embedding')), ['state'] as const),
  combine: withDefault(wholeNumber(0), 0),
})

/** Reads an RNN decoder; `bridge` is how it starts where nothing is said. */
export function rnnDecoder(bridge: RnnDecoderConfig['bridge']): Reader<RnnDecoderConfig> {
  return object<RnnDecoderConfig>({
    type: oneOf('rnn'),
    cell: withDefault(cell, 'lstm'),
    embeddingSize: size,
    hiddenSize: size,
    layers: withDefault(size, 1),
    dropout: withDefault(rate, 0),
    variational: withDefault(flag, false),
    recurrentDropout: withDefault(rate, 0),
    bridge: withDefault(oneOf('copy', 'zero', 'dense'), bridge),
    // Read before the context, whose default depends on it.
    attention: withDefault<AttentionConfig | undefined>(attention, undefined) as never,
    context: withDefault(oneOf('initial', 'every-step', 'attention'), (before) =>
      before.attention === undefined ? 'initial' : 'attention',
    ),
    output: withDefault(output, { from: ['state'], combine: 0 }),
  })
}

/** Refuses contradictions in an RNN encoder. */
export function checkRnnEncoder({ dropout, variational }: RnnEncoderConfig): void {
  if (variational && dropout === 0) {
    refuse(
      'encoder.variational',
      'there is no dropout to vary',
      'set encoder.dropout, or leave variational out',
    )
  }
}

/** Refuses contradictions in an RNN decoder. */
export function checkRnnDecoder(decoder: RnnDecoderConfig): void {
  const { context, attention: look, output: out, dropout, variational } = decoder
  const path = 'decoder'
  if (context === 'attention' && !look) {
    refuse(`${path}.attention`, "context is 'attention', but this field is missing", 'say how to score')
  }
  if (context !== 'attention' && look) {
    refuse(
      `${path}.context`,
      `attention is given, but context is '${context}'`,
      "use 'attention' or leave it out",
    )
  }
  if (context === 'initial' && out.from.includes('context')) {
    refuse(`${path}.output.from`, 'there is no context after the first state', "use context 'every-step'")
  }
  if (variational && dropout === 0) {
    refuse(
      `${path}.variational`,
      'there is no dropout to vary',
      'set decoder.dropout, or leave variational out',
    )
  }
  if (out.combine > 0 && !(out.from.includes('context') && out.from.includes('state'))) {
    refuse(`${path}.output.combine`, 'it joins context and state', 'put both into output.from')
  }
  if (look) checkAttention(look, out)
}

function checkAttention(look: AttentionConfig, out: OutputConfig): void {
  const path = 'decoder.attention'
  const hasHidden = look.score === 'additive' || look.score === 'concat'
  if (hasHidden && look.size === 0) {
    refuse(`${path}.size`, `'${look.score}' scores through a hidden layer`, 'give its width')
  }
  if (!hasHidden && look.size > 0) {
    refuse(`${path}.size`, `'${look.score}' has no hidden layer`, 'leave size out')
  }
  if (!hasHidden && look.coverage) {
    refuse(
      `${path}.coverage`,
      `'${look.score}' has no place for coverage`,
      "use score 'additive' or 'concat'",
    )
  }
  if (look.inputFeeding && look.query === 'previous') {
    refuse(`${path}.inputFeeding`, 'the context of the previous state is fed already', "use query 'current'")
  }
  if (look.query === 'current' && !out.from.includes('context')) {
    refuse('decoder.output.from', 'the context of the current state goes nowhere', "add 'context'")
  }
}
