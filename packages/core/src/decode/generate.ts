import { OptionError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { RandomStream } from '../random/index.ts'
import { PAD_ID, SOS_ID } from '../text/index.ts'
import { beamSearch } from './beam.ts'
import type { DecoderPrograms } from './decoder-programs.ts'
import { programsOf } from './decoder-programs.ts'
import { greedySearch } from './greedy.ts'
import type { Hypothesis } from './hypothesis.ts'
import { hypothesisOf } from './hypothesis.ts'
import type { GenerateOptions, GenerateSettings } from './options.ts'
import { resolveOptions } from './options.ts'
import { runSearches } from './run-searches.ts'
import { samplingSearch } from './sampling.ts'
import type { ScoreProcessor } from './score-processors.ts'
import { keepTopK, keepTopP, minimumLength, suppressTokens, temperatureScale } from './score-processors.ts'
import type { Search } from './search.ts'
import type { TokenizedSource } from './source-batches.ts'
import { sourceBatches, tokenizeSources } from './source-batches.ts'

/** What was generated for one source. */
export interface Generated {
  readonly source: string
  /** The source's tokens with `<eos>`: the columns of attention. */
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
 * @param sources texts; one text is a list of one, no texts give no results.
 * @throws OptionError for an option that is wrong or does not apply; AbortError; NonFiniteError when
 *   the model predicts NaN. Memory on the backend is given back then too.
 */
export async function generate(
  seq2seq: Seq2Seq,
  sources: readonly string[] | string,
  options: GenerateOptions = {},
): Promise<Generated[]> {
  const settings = resolveOptions(options)
  const programs = programsOf(seq2seq)
  expectAttention(settings, programs)
  const tokenizer = seq2seq.tokenizers.source
  const tokenized = tokenizeSources(typeof sources === 'string' ? [sources] : sources, tokenizer)
  const results: Generated[] = new Array(tokenized.length)
  for (const batch of sourceBatches(tokenized, settings)) {
    const searches = batch.sources.map((source) => searchFor(source, settings))
    for await (const _ of runSearches(programs, batch, searches, settings));
    batch.sources.forEach((source, i) => {
      results[source.index] = generatedOf(seq2seq, source, searches[i]!, settings)
    })
  }
  return results
}

function generatedOf(
  { tokenizers }: Seq2Seq,
  { text, tokens }: TokenizedSource,
  search: Search,
  { nbest }: GenerateSettings,
): Generated {
  const hypotheses = search
    .results()
    .slice(0, nbest)
    .map((result) => hypothesisOf(result, tokenizers.target))
  const best = hypotheses[0]!
  return { source: text, sourceTokens: tokens, text: best.text, best, hypotheses }
}

/** Throws OptionError where attention is asked of a decoder that has none. */
export function expectAttention({ attention }: GenerateSettings, programs: DecoderPrograms): void {
  if (!attention || programs.hasAttention()) return
  throw new OptionError({
    option: 'attention',
    problem: 'this decoder has no attention',
    hint: 'leave it out, or use a model with decoder.attention',
  })
}

/** The search that the options ask for, for one source. */
export function searchFor(source: TokenizedSource, settings: GenerateSettings): Search {
  const { beams, lengthPenalty, sample, seed, minLength } = settings
  const maxLength = settings.maxLength ?? 2 * source.tokens.length + 50 + minLength
  const limits = { maxLength, processors: processorsFor(settings) }
  if (sample) return samplingSearch(limits, new RandomStream(seed), source.index)
  return beams > 1 ? beamSearch({ ...limits, beams, lengthPenalty }) : greedySearch(limits)
}

/** In the order of Hugging Face: what may follow at all, then temperature, top-k, top-p. */
function processorsFor({ minLength, temperature, topK, topP }: GenerateSettings): ScoreProcessor[] {
  const processors = [suppressTokens([PAD_ID, SOS_ID])]
  if (minLength > 0) processors.push(minimumLength(minLength))
  if (temperature !== 1) processors.push(temperatureScale(temperature))
  if (topK < Number.POSITIVE_INFINITY) processors.push(keepTopK(topK))
  if (topP < 1) processors.push(keepTopP(topP))
  return processors
}
