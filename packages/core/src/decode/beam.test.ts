import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EOS_ID, PAD_ID, SOS_ID } from '../text/index.ts'
import type { BeamOptions } from './beam.ts'
import { beamSearch } from './beam.ts'
import { generate } from './generate.ts'
import { greedySearch } from './greedy.ts'
import type { Hypothesis } from './hypothesis.ts'
import type { GenerateOptions } from './options.ts'
import type { Prefix } from './prefix.ts'
import { stepsOf } from './prefix.ts'
import type { SearchLimits } from './search.ts'
import type { Rule } from './testing/table-search.ts'
import { allTargets, foundBy, randomRule, runSearch } from './testing/table-search.ts'
import type { RuleTables } from './testing/tiny-models.ts'
import { ruleSeq2Seq } from './testing/tiny-models.ts'

/** Options by the names that transformers gives them, and `prefix` and `allowed` of the script. */
interface HuggingFaceOptions {
  readonly num_beams: number
  readonly length_penalty: number
  readonly max_new_tokens: number
  readonly min_new_tokens?: number
  readonly early_stopping?: boolean | 'never'
  readonly no_repeat_ngram_size?: number
  readonly repetition_penalty?: number
  readonly forced_bos_token_id?: number
  readonly forced_eos_token_id?: number
  readonly bad_words_ids?: readonly (readonly number[])[]
  readonly sequence_bias?: readonly (readonly [readonly number[], number])[]
  readonly num_beam_groups?: number
  readonly diversity_penalty?: number
  readonly prefix?: readonly number[]
  readonly allowed?: 'rising'
}

interface Golden {
  readonly searches: readonly {
    readonly seed: number
    readonly tables: RuleTables
    readonly cases: readonly {
      readonly options: HuggingFaceOptions
      readonly results: readonly {
        readonly source: number
        readonly hypotheses: readonly { readonly ids: readonly number[]; readonly score: number | null }[]
      }[]
    }[]
  }[]
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../goldens/beam-search.json', import.meta.url), 'utf8'),
)

/** Ids as transformers gives them, `<eos>` included. */
function idsWithEnd({ ids, finished }: Hypothesis): number[] {
  return finished === 'eos' ? [...ids, EOS_ID] : [...ids]
}

/** A token may be followed by higher ones and by `<eos>`, as `rising` of the script says. */
function rising(prefixIds: readonly number[], V: number): number[] {
  const last = prefixIds.at(-1) ?? SOS_ID
  const ids = Array.from({ length: V }, (_, id) => id)
  return ids.filter((id) => id !== PAD_ID && id !== SOS_ID && (id > last || id === EOS_ID))
}

/** The same in our names; what only beams have is left out without them. */
function ours(given: HuggingFaceOptions, V: number): GenerateOptions {
  const beams = given.num_beams
  return {
    beams,
    ...(beams > 1 ? { nbest: beams, lengthPenalty: given.length_penalty } : {}),
    maxLength: given.max_new_tokens,
    minLength: given.min_new_tokens,
    earlyStopping: given.early_stopping,
    noRepeatNgramSize: given.no_repeat_ngram_size,
    repetitionPenalty: given.repetition_penalty,
    forcedFirst: given.forced_bos_token_id,
    forcedLast: given.forced_eos_token_id,
    suppressTokens: given.bad_words_ids?.flat(),
    tokenBias: given.sequence_bias?.map(([[id], bias]) => [id!, bias]),
    beamGroups: given.num_beam_groups,
    diversityPenalty: given.diversity_penalty,
    targetPrefix: given.prefix,
    allowedTokens: given.allowed && ((ids) => rising(ids, V)),
  }
}

describe.each(golden.searches)("transformers' generate, tables of seed $seed", ({ tables, cases }) => {
  const model = ruleSeq2Seq(tables)
  it.each(cases)('$options', async ({ options, results }) => {
    const sources = results.map(({ source }) => model.tokenizers.source.vocabulary.tokenOf(source))
    const found = await generate(model, sources, ours(options, tables.source.length))
    found.forEach(({ hypotheses }, i) => {
      const expected = results[i]!.hypotheses
      expect(hypotheses.map(idsWithEnd)).toEqual(expected.map(({ ids }) => ids))
      expected.forEach(({ score }, n) => {
        if (score !== null) expect(Math.abs(hypotheses[n]!.score - score)).toBeLessThan(1e-5)
      })
    })
  })
})

const seeds = Array.from({ length: 20 }, (_, seed) => seed)
const limits = (maxLength: number): SearchLimits => ({ maxLength, processors: [] })
const beamOptions = (maxLength: number, beams: number, lengthPenalty: number): BeamOptions => ({
  ...limits(maxLength),
  beams,
  score: { lengthPenalty, lengthPenaltyKind: 'average', coveragePenalty: 0 },
  earlyStopping: false,
  patience: 1,
})

describe('beam search', () => {
  it.each(seeds)('with one beam is greedy, whatever the penalty (seed %i)', (seed) => {
    const rule = randomRule(seed, 9)
    const greedy = foundBy(runSearch(greedySearch(limits(12)), rule))
    for (const lengthPenalty of [-1, 0, 0.6, 1, 3]) {
      const beam = foundBy(runSearch(beamSearch(beamOptions(12, 1, lengthPenalty)), rule))
      expect(beam.map(({ ids }) => ids)).toEqual(greedy.map(({ ids }) => ids))
      if (lengthPenalty === 1) expect(beam[0]!.score).toBeCloseTo(greedy[0]!.score, 12)
    }
  })

  it.each(seeds)('finds what exhaustive search finds when it is wide enough (seed %i)', (seed) => {
    const rule = randomRule(seed, 6)
    const maxLength = 4
    const all = allTargets(rule, maxLength)
    expect(all.length).toBe(1 + 3 + 9 + 27 * 4)
    for (const lengthPenalty of [0, 1, 2]) {
      const expected = all
        .map(({ ids, total }) => ({ ids, score: total / ids.length ** lengthPenalty }))
        .sort((a, b) => b.score - a.score)
      const beam = foundBy(runSearch(beamSearch(beamOptions(maxLength, all.length, lengthPenalty)), rule))
      expect(beam.map(({ score }) => score)).toEqual(expected.map(({ score }) => expect.closeTo(score, 10)))
      expect(beam[0]!.ids).toEqual(expected[0]!.ids)
    }
  })

  it('breaks ties by the lowest token id, then the lowest beam', () => {
    // Every token is as likely as any other, and none ends before the last step.
    const flat: Rule = () => [-Infinity, -Infinity, -Infinity, -Infinity, ...Array(4).fill(Math.log(1 / 4))]
    const search = beamSearch(beamOptions(3, 2, 1))
    const lives: number[][][] = []
    while (search.live.length > 0) {
      lives.push(search.live.map((prefix: Prefix) => stepsOf(prefix).map(({ id }) => id)))
      search.advance(search.live.map(({ id }) => ({ logProbabilities: flat(id), attention: undefined })))
    }
    expect(lives).toEqual([
      [[]],
      [[4], [5]],
      [
        [4, 4],
        [5, 4],
      ],
    ])
    expect(foundBy(search).map(({ ids }) => ids)).toEqual([
      [4, 4, 4],
      [5, 4, 4],
    ])
  })

  it('gives fewer hypotheses where no more exist', () => {
    const only: Rule = () => [-Infinity, -Infinity, -Infinity, Math.log(0.25), Math.log(0.75)]
    const results = foundBy(runSearch(beamSearch(beamOptions(2, 5, 0)), only))
    expect(results.map(({ ids }) => ids)).toEqual([[4, 4], [3], [4, 3]])
  })
})
