import { OptionError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { RandomStream } from '../random/index.ts'
import { programsOf } from './decoder-programs.ts'
import { attentionFor } from './generate.ts'
import type { BeamSearchOptions, GenerateOptions, TargetTokens } from './options.ts'
import { beamOnly, resolveOptions } from './resolve-options.ts'
import { runSearches } from './run-searches.ts'
import type { Source } from './source-batches.ts'
import { readSources, sourceBatches } from './source-batches.ts'
import { searchFor } from './source-search.ts'
import { type StreamedToken, TokenStream } from './streamed-token.ts'
import { TargetRules } from './target-rules.ts'

/** What `stream` takes: all of `generate` but what needs beams or several sources. */
export type StreamOptions = Omit<
  GenerateOptions,
  keyof BeamSearchOptions | 'mustContain' | 'batchSize' | 'onToken' | 'onStep' | 'targetPrefix'
> & {
  /** How the target begins: a text, or ids. It is not streamed. */
  readonly targetPrefix?: TargetTokens | undefined
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
  source: Source,
  options: StreamOptions = {},
): AsyncGenerator<StreamedToken, void, undefined> {
  expectStreamable(options)
  const settings = resolveOptions(options)
  const programs = programsOf(seq2seq)
  const tokenized = readSources(source, seq2seq)
  const { target } = seq2seq.tokenizers
  const rules = new TargetRules(settings, target, 1, seq2seq.model.decoder.maxLength)
  const rowOptions = { attention: attentionFor(settings, programs, seq2seq.model), signal: settings.signal }
  const search = searchFor(tokenized[0]!, settings, rules, new RandomStream(settings.seed))
  const tokens = new TokenStream(search, tokenized[0]!, rules, target)
  const [batch] = sourceBatches(tokenized, seq2seq, settings)
  for await (const _ of runSearches(programs, batch!, [search], rowOptions)) {
    const token = tokens.latest()
    if (token) yield token
  }
}

function expectStreamable(options: GenerateOptions): void {
  for (const option of [
    'beams',
    'nbest',
    ...beamOnly,
    'mustContain',
    'batchSize',
    'onToken',
    'onStep',
  ] as const) {
    if (options[option] === undefined) continue
    throw new OptionError({
      option,
      problem: 'a stream is of one source and one hypothesis',
      hint: 'leave it out, or use generate',
    })
  }
}
