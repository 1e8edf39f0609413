import type { Dim, HostArray, Model } from '@dragoman/core'
import { evaluateShape } from '@dragoman/core'
import { countOf, floats, ints } from '../array.ts'
import { Generator } from '../generator.ts'

/** Inputs of the forward graph of a model. */
export interface GoldenBatch extends Readonly<Record<string, HostArray>> {
  readonly source: HostArray
  readonly lengths: HostArray
  readonly ids: HostArray
}

/** Rows of a golden batch: one whole, one that is half padding. */
const rows = 2

/** A batch that a model can read, drawn from its configuration and a seed. */
export function goldenBatch(model: Model, tokens: number, seed: number): GoldenBatch {
  const draw = new Generator(seed, 'golden batch')
  const { encoder, decoder, config } = model
  const S = Math.min(tokens, encoder.maxLength ?? tokens)
  const T = Math.min(tokens, decoder.maxLength ?? tokens)
  const shape = evaluateShape(encoder.source.shape, { batch: rows, source: S })
  const idsOf = (sizes: readonly number[], count: number) => draw.ints(sizes, 0, count - 1)
  const source =
    encoder.source.kind === 'int'
      ? idsOf(shape, config.sourceVocabularySize)
      : floats(
          shape,
          Array.from({ length: countOf(shape) }, () => draw.next() * 2 - 1),
        )
  // An entry of memory is a token, or several frames.
  const whole = S * reductionOf(model)
  return {
    source,
    lengths: ints([rows], [whole, Math.ceil(whole / 2)]),
    ids: idsOf([rows, T], config.targetVocabularySize),
  }
}

/** Frames that make one entry of memory; 1 of tokens. */
function reductionOf({ config, encoder }: Model): number {
  const input = config.encoder.input
  const width: Dim | undefined = encoder.source.shape[2]
  return input?.type === 'frames' && width !== undefined ? Number(width) / input.features : 1
}
