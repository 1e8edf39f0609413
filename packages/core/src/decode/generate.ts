import { OptionError } from '../errors.ts'
import type { Model } from '../models/model.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { RandomStream } from '../random/index.ts'
import type { DecoderPrograms } from './decoder-programs.ts'
import { programsOf } from './decoder-programs.ts'
import type { AttentionLevel } from './graphs.ts'
import type { Hypothesis } from './hypothesis.ts'
import { hypothesisOf } from './hypothesis.ts'
import type { GenerateOptions, GenerateSettings } from './options.ts'
import { resolveOptions } from './resolve-options.ts'
import { runSearches } from './run-searches.ts'
import type { Search } from './search.ts'
import { watchedSearch } from './search-step.ts'
import type { Source, TokenizedSource } from './source-batches.ts'
import { framesOf, readSources, sourceBatches } from './source-batches.ts'
import { searchFor } from './source-search.ts'
import { TokenStream } from './streamed-token.ts'
import { TargetRules } from './target-rules.ts'

/** What was generated for one source. */
export interface Generated {
  /** Empty for frames. */
  readonly source: string
  /** The columns of attention: the source's tokens with `<eos>`; for frames numbers, from 0. */
  readonly sourceTokens: readonly string[]
  /** The text of the best hypothesis. */
  readonly text: string
  readonly best: Hypothesis
  /** Best first: `nbest` of them, or fewer where no more exist. */
  readonly hypotheses: readonly Hypothesis[]
}

/**
 * Generates targets.
 *
 * Sources of like lengths run together; each stops on its own, and results come in the order of the
 * sources. The same weights, options and sources give the same tokens in any batch. The rules (scores,
 * lengths, ties, when a beam is finished) are in `docs/decoding.md`.
 *
 * @param sources texts, or frames for a model that reads them; one is a list of one, none give no results.
 * @throws OptionError for an option that is wrong or does not apply; AbortError; NonFiniteError when
 *   the model predicts NaN. Memory on the backend is given back then too.
 */
export async function generate(
  seq2seq: Seq2Seq,
  sources: readonly Source[] | Source,
  options: GenerateOptions = {},
): Promise<Generated[]> {
  const settings = resolveOptions(options)
  const { model, tokenizers } = seq2seq
  const tokenized = readSources(sources, seq2seq)
  const rules = new TargetRules(settings, tokenizers.target, tokenized.length, model.decoder.maxLength)
  const programs = programsOf(seq2seq)
  const rowOptions = { attention: attentionFor(settings, programs, model), signal: settings.signal }
  const random = new RandomStream(settings.seed)
  const results: Generated[] = new Array(tokenized.length)
  for (const batch of sourceBatches(tokenized, seq2seq, settings)) {
    const searches = batch.sources.map((source) => {
      const search = searchFor(source, settings, rules, random)
      const { onStep } = settings
      if (!onStep) return search
      return watchedSearch(search, tokenizers.target.vocabulary, (step) => onStep(step, source.index))
    })
    const tell = settings.onToken
      ? tellTokens(seq2seq, batch.sources, searches, rules, settings.onToken)
      : noop
    for await (const _ of runSearches(programs, batch, searches, rowOptions)) tell()
    batch.sources.forEach((source, i) => {
      const found = searches[i]!.results().slice(0, settings.nbest)
      const hypotheses = found.map((each) => hypothesisOf(each, source, rules, tokenizers.target))
      const best = hypotheses[0]!
      results[source.index] = {
        source: source.text,
        sourceTokens: source.tokens,
        text: best.text,
        best,
        hypotheses,
      }
    })
  }
  return results
}

/**
 * What a step must tell of attention.
 *
 * @throws OptionError where attention is needed of a decoder that has none.
 */
export function attentionFor(
  settings: GenerateSettings,
  programs: DecoderPrograms,
  model: Model,
): AttentionLevel {
  const { attention, coveragePenalty, replaceUnknown } = settings
  const needed = attention ? 'attention' : coveragePenalty > 0 ? 'coveragePenalty' : 'replaceUnknown'
  if (!attention && coveragePenalty === 0 && !replaceUnknown) return 'none'
  if (replaceUnknown && framesOf(model)) {
    const problem = 'the model reads frames, which cannot stand in a text'
    throw new OptionError({ option: 'replaceUnknown', problem, hint: 'leave it out' })
  }
  if (!programs.hasAttention()) {
    throw new OptionError({
      option: needed,
      problem: 'this decoder has no attention',
      hint: 'leave it out, or use a model with decoder.attention',
    })
  }
  return attention === 'all' ? 'all' : 'weights'
}

function noop(): void {}

/** Hands the tokens of each step to `onToken`, in the order of the sources. */
function tellTokens(
  { tokenizers }: Seq2Seq,
  sources: readonly TokenizedSource[],
  searches: readonly Search[],
  rules: TargetRules,
  onToken: NonNullable<GenerateSettings['onToken']>,
): () => void {
  const streams = sources.map((source, i) => ({
    index: source.index,
    stream: new TokenStream(searches[i]!, source, rules, tokenizers.target),
  }))
  streams.sort((a, b) => a.index - b.index)
  return () => {
    for (const { index, stream } of streams) {
      const token = stream.latest()
      if (token) onToken(token, index)
    }
  }
}
