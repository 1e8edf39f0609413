import { OptionError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { programsOf } from './decoder-programs.ts'
import { expectAttention, searchFor } from './generate.ts'
import { hypothesisOf } from './hypothesis.ts'
import type { GenerateOptions } from './options.ts'
import { resolveOptions } from './options.ts'
import { runSearches } from './run-searches.ts'
import { sourceBatches, tokenizeSources } from './source-batches.ts'

/** What `stream` takes: all of `generate` but beams and batches. */
export type StreamOptions = Omit<GenerateOptions, 'beams' | 'nbest' | 'lengthPenalty' | 'batchSize'>

/** A token at the moment it is generated. */
export interface StreamedToken {
  readonly token: string
  readonly id: number
  /** What it adds to the text, a space before it included; the pieces in a row are the whole text. */
  readonly piece: string
  /** The text so far. */
  readonly text: string
  /** log p by the model, in nats. */
  readonly logProbability: number
  /** [S], where the decoder looked, over the source's tokens and `<eos>`; only where it was asked for. */
  readonly attention?: Float32Array
  /** Why it is the last one: `<eos>` (which adds no piece), or maxLength. Absent before. */
  readonly finished?: 'eos' | 'length'
}

/**
 * Generates one target token by token, greedily or by drawing: the tokens that `generate` gives.
 *
 *   for await (const { piece } of stream(model, 'dragoman')) show(piece)
 *
 * `break` stops it and gives its memory on the backend back.
 *
 * @throws OptionError, also for beams, whose tokens are not known before the end; AbortError; NonFiniteError.
 */
export async function* stream(
  seq2seq: Seq2Seq,
  source: string,
  options: StreamOptions = {},
): AsyncGenerator<StreamedToken, void, undefined> {
  expectStreamable(options)
  const settings = resolveOptions(options)
  const programs = programsOf(seq2seq)
  expectAttention(settings, programs)
  const tokenized = tokenizeSources([source], seq2seq.tokenizers.source)
  const search = searchFor(tokenized[0]!, settings)
  const [batch] = sourceBatches(tokenized, settings)
  let before = ''
  for await (const _ of runSearches(programs, batch!, [search], settings)) {
    const result = search.results()[0]!
    const { id, logProbability, attention } = result.prefix
    const { text, finished } = hypothesisOf(result, seq2seq.tokenizers.target)
    const token = seq2seq.tokenizers.target.vocabulary.tokenOf(id)
    const piece = text.slice(before.length)
    before = text
    yield {
      token,
      id,
      piece,
      text,
      logProbability,
      ...(attention ? { attention } : {}),
      ...(search.live.length === 0 ? { finished } : {}),
    }
  }
}

function expectStreamable(options: GenerateOptions): void {
  for (const option of ['beams', 'nbest', 'lengthPenalty', 'batchSize'] as const) {
    if (options[option] === undefined) continue
    throw new OptionError({
      option,
      problem: 'a stream is of one source and one hypothesis',
      hint: 'leave it out, or use generate',
    })
  }
}
