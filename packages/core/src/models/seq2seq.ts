import type { Backend, HostArray } from '../backend/contract.ts'
import { Session } from '../backend/session.ts'
import { ConfigError, DataError } from '../errors.ts'
import type { TokenizerPair } from '../text/index.ts'
import type { ModelConfig } from './config.ts'
import { initialValue } from './initial-weights.ts'
import type { Model } from './model.ts'
import { createModel } from './model.ts'

/** What a sequence-to-sequence model is made of. */
export interface Seq2SeqParts {
  /** A {@link ModelConfig} or parsed JSON of one; vocabulary sizes may be left out: the tokenizers have them. */
  readonly config: unknown
  readonly tokenizers: TokenizerPair
  readonly backend: Backend
}

/**
 * A model with its tokenizers, and with its weights on a backend: what is trained, asked and saved.
 *
 * Made by {@link createSeq2Seq} or by loading a folder. Dispose it to give its memory back; the
 * backend stays the caller's.
 */
export class Seq2Seq {
  readonly model: Model
  readonly tokenizers: TokenizerPair
  readonly session: Session

  constructor(model: Model, tokenizers: TokenizerPair, session: Session) {
    this.model = model
    this.tokenizers = tokenizers
    this.session = session
  }

  get config(): ModelConfig {
    return this.model.config
  }

  /** A host copy of every weight, by path. */
  async weights(): Promise<Map<string, HostArray>> {
    const weights = new Map<string, HostArray>()
    for (const { path } of this.model.parameters) weights.set(path, await this.session.get(path))
    return weights
  }

  /**
   * Replaces every weight.
   *
   * @throws DataError when one is missing, unknown, or of another shape; then nothing is replaced.
   */
  setWeights(weights: ReadonlyMap<string, HostArray>): void {
    this.expectWeights(weights)
    for (const { path } of this.model.parameters) this.session.set(path, weights.get(path)!)
  }

  /** Throws DataError unless these are the weights of this model, each of its shape. */
  expectWeights(given: ReadonlyMap<string, Pick<HostArray, 'kind' | 'shape'>>): void {
    const known = new Map(this.model.parameters.map((parameter) => [parameter.path, parameter.shape]))
    for (const path of given.keys()) {
      if (!known.has(path)) throw new DataError({ problem: `the model has no weight '${path}'` })
    }
    for (const [path, shape] of known) {
      const weight = given.get(path)
      if (!weight) throw new DataError({ problem: `the weight '${path}' is missing` })
      if (weight.kind !== 'float' || weight.shape.join() !== shape.join()) {
        const seen = [
          `needs  float [${shape.join(', ')}]`,
          `given  ${weight.kind} [${weight.shape.join(', ')}]`,
        ]
        throw new DataError({ problem: `the weight '${path}' has another shape`, seen })
      }
    }
  }

  /** Gives the memory of weights and programs back. */
  dispose(): Promise<void> {
    return this.session.dispose()
  }
}

/**
 * A new model with weights drawn from a seed.
 *
 * @throws ConfigError when the configuration is wrong or its vocabulary sizes are not the tokenizers'.
 */
export function createSeq2Seq(parts: Seq2SeqParts, { seed = 0 }: { readonly seed?: number } = {}): Seq2Seq {
  const seq2seq = emptySeq2Seq(parts)
  const { model, session } = seq2seq
  try {
    for (const parameter of model.parameters) session.set(parameter.path, initialValue(parameter, seed))
  } catch (error) {
    // Nobody else has the session: a backend that is full gets back what it gave.
    session.delete(session.names())
    throw error
  }
  return seq2seq
}

/** A model whose weights are still to be set. */
export function emptySeq2Seq({ config, tokenizers, backend }: Seq2SeqParts): Seq2Seq {
  const sizes: Record<string, number> = { targetVocabularySize: tokenizers.target.vocabulary.size }
  // Frames have no vocabulary: the source tokenizer has nothing to read then.
  if (!readsFrames(config)) sizes.sourceVocabularySize = tokenizers.source.vocabulary.size
  const model = createModel(typeof config === 'object' && config !== null ? { ...sizes, ...config } : config)
  for (const [path, size] of Object.entries(sizes)) {
    const given = model.config[path as 'sourceVocabularySize' | 'targetVocabularySize']
    if (given !== size) {
      throw new ConfigError({
        path,
        problem: `${given} is given, but the tokenizer has ${size} tokens`,
        hint: 'leave the field out: the tokenizer decides',
      })
    }
  }
  return new Seq2Seq(model, tokenizers, new Session(backend))
}

function readsFrames(config: unknown): boolean {
  const { encoder } = (config ?? {}) as { encoder?: { input?: { type?: unknown } } }
  return encoder?.input?.type === 'frames'
}
