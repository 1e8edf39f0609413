import { ConfigError } from '../errors.ts'
import type { DecoderConfig, EncoderConfig, ModelConfig, RnnDecoderConfig, TiedEmbeddings } from './config.ts'
import { configVersion } from './config.ts'
import { checkRnnDecoder, checkRnnEncoder, rnnDecoder, rnnEncoder } from './rnn-config-reader.ts'
import type { Reader } from './schema.ts'
import { byType, object, oneOf, refuse, wholeNumber, withDefault } from './schema.ts'
import { memorySize, outputSize, sourceSize, targetSize } from './sizes.ts'
import {
  checkStack,
  checkTransformerDecoder,
  transformerDecoder,
  transformerEncoder,
} from './transformer-config-reader.ts'

/** The fields of a model; `bridge` is how an RNN decoder starts where nothing is said. */
function model(bridge: RnnDecoderConfig['bridge']): Reader<ModelConfig> {
  return object<ModelConfig>({
    version: (value, path) => {
      if (value === configVersion) return configVersion
      throw new ConfigError({ path, problem: `version ${value} is not known`, allowed: [`${configVersion}`] })
    },
    sourceVocabularySize: withDefault(wholeNumber(0), 0),
    targetVocabularySize: wholeNumber(4),
    tiedEmbeddings: withDefault<TiedEmbeddings | undefined>(oneOf('target', 'all'), undefined) as never,
    encoder: byType<EncoderConfig>({ rnn: rnnEncoder, transformer: transformerEncoder }),
    decoder: byType<DecoderConfig>({ rnn: rnnDecoder(bridge), transformer: transformerDecoder }),
  })
}

/**
 * Reads a model configuration from parsed JSON: every field checked, defaults filled in.
 *
 * @throws ConfigError with the path of what is unknown, missing, wrong or contradictory, and what
 *   would be allowed there.
 */
export function readModelConfig(json: unknown): ModelConfig {
  const given = json as { encoder?: { type?: unknown } } | null | undefined
  // A Transformer has no last state that could be copied.
  const config = model(given?.encoder?.type === 'transformer' ? 'dense' : 'copy')(json, '')
  const { encoder, decoder } = config
  if (decoder.type === 'rnn') checkRnnDecoder(decoder)
  else checkTransformerDecoder(decoder)
  if (encoder.type === 'rnn') checkRnnEncoder(encoder)
  else checkStack(encoder, 'encoder')
  checkSource(config)
  checkTied(config)
  if (decoder.type === 'rnn') {
    checkBridge(encoder, decoder)
    checkDot(encoder, decoder)
  }
  return config
}

/** Tokens need a vocabulary, frames have none. */
function checkSource({ encoder, sourceVocabularySize: size }: ModelConfig): void {
  const path = 'sourceVocabularySize'
  if (encoder.input?.type === 'frames') {
    if (size > 0) refuse(path, 'the encoder reads frames, which have no vocabulary', 'leave it out')
  } else if (size < 4) {
    throw new ConfigError({
      path,
      problem: `${size} is not allowed here`,
      allowed: ['a whole number of 4 or more'],
    })
  }
}

function checkTied({ encoder, decoder, tiedEmbeddings: tied, ...sizes }: ModelConfig): void {
  if (!tied) return
  const path = 'tiedEmbeddings'
  const [input, output] = [targetSize(decoder), outputSize(encoder, decoder)]
  if (input !== output) {
    const problem = `target embeddings have ${input} features, but the output layer sees ${output}`
    refuse(path, problem, 'make them agree, or leave tiedEmbeddings out')
  }
  if (tied === 'target') return
  if (encoder.input?.type === 'frames') {
    refuse(path, 'the encoder reads frames, so there is no embedding of its own to tie', "use 'target'")
  }
  if (sourceSize(encoder) !== input) {
    const problem = `source embeddings have ${sourceSize(encoder)} features, target embeddings ${input}`
    refuse(path, problem, "make them agree, or use 'target'")
  }
  const { sourceVocabularySize: source, targetVocabularySize: target } = sizes
  if (source !== target) {
    const problem = `one embedding for both sides, but the source has ${source} tokens and the target ${target}`
    refuse(path, problem, "use one joint vocabulary for both sides, or 'target'")
  }
}

/** A dot product needs a query and a key of one width. */
function checkDot(encoder: EncoderConfig, decoder: RnnDecoderConfig): void {
  const score = decoder.attention?.score
  const width = memorySize(encoder)
  if ((score === 'dot' || score === 'scaled-dot') && width !== decoder.hiddenSize) {
    refuse(
      'decoder.attention.score',
      `'${score}' multiplies encoder states of ${width} with decoder states of ${decoder.hiddenSize}`,
      "use 'general', or sizes that agree",
    )
  }
}

function checkBridge(encoder: EncoderConfig, decoder: RnnDecoderConfig): void {
  if (decoder.bridge !== 'copy') return
  if (encoder.type === 'transformer') {
    refuse('decoder.bridge', 'a Transformer has no last state to copy', "use 'dense' or 'zero'")
  }
  const width = memorySize(encoder)
  if (width !== decoder.hiddenSize || encoder.layers !== decoder.layers) {
    const has = `${encoder.layers} x ${width}${encoder.bidirectional ? ' (both directions)' : ''}`
    refuse(
      'decoder.bridge',
      `the encoder's state is ${has}, the decoder's ${decoder.layers} x ${decoder.hiddenSize}`,
      "use bridge 'dense', or sizes that agree",
    )
  }
}
