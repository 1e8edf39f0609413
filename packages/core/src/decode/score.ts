import { hostArray } from '../backend/binding.ts'
import type { Batch, Pair } from '../data/index.ts'
import { collate } from '../data/index.ts'
import { DataError } from '../errors.ts'
import { expectReadable } from '../models/limits.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { programsOf } from './decoder-programs.ts'
import { readAll } from './encode.ts'
import type { BatchOptions } from './options.ts'
import { resolveBatchOptions } from './resolve-options.ts'
import { chunks } from './source-batches.ts'

/** How likely a model finds a given target. */
export interface ScoredTarget {
  /** −log p of the whole target, `<eos>` included, in nats. */
  readonly nats: number
  /** Tokens that it is the sum over, `<eos>` counted. */
  readonly tokens: number
  /** −log p of each token given the true ones before it; the last is that of `<eos>`. */
  readonly perToken: Float64Array
}

/**
 * Scores given targets: teacher forcing, no search. A token that the vocabulary does not hold counts as `<unk>`.
 *
 * @returns one for each pair, in their order.
 * @throws OptionError, AbortError; DataError for pairs that are longer than the model reads.
 */
export async function score(
  seq2seq: Seq2Seq,
  pairs: readonly Pair[],
  options: BatchOptions = {},
): Promise<ScoredTarget[]> {
  const settings = resolveBatchOptions(options)
  const program = await programsOf(seq2seq).score()
  const { source, target } = seq2seq.tokenizers
  const examples = pairs.map((pair, index) => ({
    source: source.encode(pair.source),
    target: target.encode(pair.target),
    index,
  }))
  expectReadable(seq2seq.model, examples)
  examples.sort((a, b) => a.source.length - b.source.length || a.target.length - b.target.length)
  const results: ScoredTarget[] = new Array(pairs.length)
  for (const chunk of chunks(examples, settings.batchSize)) {
    const batch = collate(chunk, { lengthMultiple: settings.lengthMultiple })
    const outputs = await readAll(await program.run(inputsOf(batch), { signal: settings.signal }))
    chunk.forEach(({ index }, row) => {
      const start = row * batch.maxTargetLength
      const nats = outputs.nats!.subarray(start, start + batch.targetLengths[row]!)
      results[index] = scored(Float64Array.from(nats))
    })
  }
  return results
}

/**
 * The perplexity of a model on scored targets: e^(nats per token), over the tokens of all of them.
 *
 * @throws DataError for no targets.
 */
export function perplexity(targets: readonly ScoredTarget[]): number {
  if (targets.length === 0) throw new DataError({ problem: 'the perplexity of no targets is not defined' })
  const nats = targets.reduce((sum, target) => sum + target.nats, 0)
  return Math.exp(nats / targets.reduce((sum, target) => sum + target.tokens, 0))
}

function scored(perToken: Float64Array): ScoredTarget {
  return { nats: perToken.reduce((sum, nats) => sum + nats, 0), tokens: perToken.length, perToken }
}

function inputsOf(batch: Batch) {
  const { size, maxSourceLength, maxTargetLength } = batch
  return {
    source: hostArray('int', [size, maxSourceLength], batch.source),
    sourceLengths: hostArray('int', [size], batch.sourceLengths),
    targetInput: hostArray('int', [size, maxTargetLength], batch.targetInput),
    targetOutput: hostArray('int', [size, maxTargetLength], batch.targetOutput),
  }
}
