import type { Parameter } from '../graph/tensor.ts'
import type { Embedding } from '../nn/embedding.ts'
import { embedding } from '../nn/embedding.ts'
import type { Linear } from '../nn/linear.ts'
import { affine, linear, projection } from '../nn/linear.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import type { ModelConfig } from './config.ts'
import { sourceSize, targetSize } from './sizes.ts'

/** What turns target ids into vectors, and states into logits; each is declared when it is asked for. */
export interface TargetTables {
  embedding(): Embedding
  /** From a state of this width to the vocabulary. */
  output(stateSize: number): Linear
}

/** The tables of a model, as one weight or as several. */
export interface Tables {
  source(): Embedding
  readonly target: TargetTables
}

/**
 * Declares the embeddings and the output layer of a model: `encoder.embedding`, `decoder.embedding` and
 * `decoder.output`, or where they are tied the one `decoder.embedding.weight` (two ways) or `shared.weight`
 * (three ways).
 *
 * A table of a Transformer starts normal with the deviation size^−½, so that with the factor √size its
 * vectors have elements around 1; so does a tied one, whose products are logits.
 */
export function tables(scope: ParameterScope, config: ModelConfig): Tables {
  const { encoder, decoder, sourceVocabularySize, targetVocabularySize, tiedEmbeddings: tied } = config
  const isTransformer = decoder.type === 'transformer'
  const small = (size: number) => size ** -0.5
  const shared = tied === 'all' ? declareShared() : undefined
  let target: Embedding | undefined

  function declareShared(): Embedding {
    const size = targetSize(decoder)
    return embedding(scope.in('shared'), targetVocabularySize, size, small(size))
  }
  function declareTarget(): Embedding {
    const size = targetSize(decoder)
    const deviation = isTransformer || tied ? small(size) : 1
    target = shared ?? embedding(scope.in('decoder.embedding'), targetVocabularySize, size, deviation)
    return target
  }
  function outputBias(output: ParameterScope): Parameter | undefined {
    const isThere = decoder.type === 'rnn' || decoder.outputBias
    return isThere ? output.declare('bias', [targetVocabularySize], { type: 'zeros' }) : undefined
  }
  return {
    source() {
      const size = sourceSize(encoder)
      const deviation = encoder.type === 'transformer' ? small(size) : 1
      return shared ?? embedding(scope.in('encoder.embedding'), sourceVocabularySize, size, deviation)
    },
    target: {
      embedding: declareTarget,
      output(stateSize) {
        const output = scope.in('decoder.output')
        if (tied) return affine((target ?? declareTarget()).weight, outputBias(output))
        if (decoder.type === 'rnn') return linear(output, stateSize, targetVocabularySize)
        return projection(output, stateSize, targetVocabularySize, { bias: decoder.outputBias })
      },
    },
  }
}
