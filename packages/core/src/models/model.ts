import type { Parameter } from '../graph/tensor.ts'
import type { Embedding } from '../nn/embedding.ts'
import { ParameterScope } from '../nn/parameter-scope.ts'
import type { DecoderConfig, EncoderConfig, ModelConfig } from './config.ts'
import { readModelConfig } from './config-reader.ts'
import type { Decoder } from './decoder.ts'
import type { Encoder } from './encoder.ts'
import { rnnDecoder } from './rnn-decoder.ts'
import { rnnEncoder } from './rnn-encoder.ts'
import type { TargetTables } from './tables.ts'
import { tables } from './tables.ts'
import { transformerDecoder } from './transformer-decoder.ts'
import { transformerEncoder } from './transformer-encoder.ts'

/** An encoder–decoder: what it computes, and which weights it has. It holds no memory. */
export interface Model {
  readonly config: ModelConfig
  /** Every weight, in the order in which they are declared. */
  readonly parameters: readonly Parameter[]
  readonly encoder: Encoder
  readonly decoder: Decoder
}

/**
 * The model that a configuration describes.
 *
 * @param config a {@link ModelConfig}, or parsed JSON of one: defaults are filled in.
 * @throws ConfigError with the path of what is wrong.
 */
export function createModel(config: unknown): Model {
  const read = readModelConfig(config)
  const scope = new ParameterScope()
  const { source, target } = tables(scope, read)
  const encoder = declareEncoder(scope.in('encoder'), read.encoder, source)
  const decoder = declareDecoder(scope.in('decoder'), read.decoder, encoder.outputSize, target)
  return { config: read, parameters: scope.all(), encoder, decoder }
}

function declareEncoder(scope: ParameterScope, config: EncoderConfig, table: () => Embedding): Encoder {
  return config.type === 'rnn' ? rnnEncoder(scope, config, table) : transformerEncoder(scope, config, table)
}

function declareDecoder(
  scope: ParameterScope,
  config: DecoderConfig,
  encoderSize: number,
  target: TargetTables,
): Decoder {
  return config.type === 'rnn'
    ? rnnDecoder(scope, config, encoderSize, target)
    : transformerDecoder(scope, config, encoderSize, target)
}

/** Number of weights in all, and by part: the first two names of their paths. */
export function countParameters(parameters: readonly Parameter[]): {
  readonly total: number
  readonly parts: Readonly<Record<string, number>>
} {
  const parts: Record<string, number> = {}
  let total = 0
  for (const { path, shape } of parameters) {
    const count = shape.reduce((product, size) => product * size, 1)
    const part = path.split('.').slice(0, 2).join('.')
    parts[part] = (parts[part] ?? 0) + count
    total += count
  }
  return { total, parts }
}
