import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EOS_ID } from '../text/index.ts'
import { beamSearch } from './beam.ts'
import { generate } from './generate.ts'
import { greedySearch } from './greedy.ts'
import type { Hypothesis } from './hypothesis.ts'
import type { Prefix } from './prefix.ts'
import { stepsOf } from './prefix.ts'
import type { Search, SearchLimits } from './search.ts'
import type { RuleTables } from './testing/tiny-models.ts'
import { ruleSeq2Seq } from './testing/tiny-models.ts'

interface Golden {
  readonly searches: readonly {
    readonly seed: number
    readonly tables: RuleTables
    readonly cases: readonly {
      readonly options: {
        readonly num_beams: number
        readonly length_penalty: number
        readonly max_new_tokens: number
        readonly min_new_tokens: number
      }
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
function idsOf({ ids, finished }: Hypothesis): number[] {
  return finished === 'eos' ? [...ids, EOS_ID] : [...ids]
}

describe.each(golden.searches)("transformers' generate, tables of seed $seed", ({ tables, cases }) => {
  const model = ruleSeq2Seq(tables)
  it.each(cases)('$options', async ({ options, results }) => {
    const beams = options.num_beams
    const sources = results.map(({ source }) => model.tokenizers.source.vocabulary.tokenOf(source))
    const found = await generate(model, sources, {
      beams,
      ...(beams > 1 ? { nbest: beams, lengthPenalty: options.length_penalty } : {}),
      maxLength: options.max_new_tokens,
      minLength: options.min_new_tokens,
    })
    found.forEach(({ hypotheses }, i) => {
      const expected = results[i]!.hypotheses
      expect(hypotheses.map(idsOf)).toEqual(expected.map(({ ids }) => ids))
      expected.forEach(({ score }, n) => {
        if (score !== null) expect(hypotheses[n]!.score / score).toBeCloseTo(1, 5)
      })
    })
  })
})

/** Log-probabilities of the next token by the last token alone. */
type Rule = (id: number) => readonly number[]

function run(search: Search, rule: Rule): Search {
  while (search.live.length > 0) {
    search.advance(search.live.map(({ id }) => ({ logProbabilities: rule(id), attention: undefined })))
  }
  return search
}

function found(search: Search): { ids: number[]; score: number }[] {
  return search.results().map(({ prefix, score }) => ({ ids: stepsOf(prefix).map(({ id }) => id), score }))
}

/** A rule drawn from a seed: V tokens, `<pad>` and `<sos>` never. */
function randomRule(seed: number, V: number): Rule {
  let state = seed * 2654435761
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const rows = Array.from({ length: V }, () => {
    const powers = Array.from({ length: V }, (_, id) => (id === 0 || id === 2 ? 0 : Math.exp(4 * next())))
    const total = powers.reduce((sum, power) => sum + power, 0)
    return powers.map((power) => Math.log(power / total))
  })
  return (id) => rows[id]!
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed)
const limits = (maxLength: number): SearchLimits => ({ maxLength, processors: [] })

describe('beam search', () => {
  it.each(seeds)('with one beam is greedy, whatever the penalty (seed %i)', (seed) => {
    const rule = randomRule(seed, 9)
    const greedy = found(run(greedySearch(limits(12)), rule))
    for (const lengthPenalty of [-1, 0, 0.6, 1, 3]) {
      const beam = found(run(beamSearch({ ...limits(12), beams: 1, lengthPenalty }), rule))
      expect(beam.map(({ ids }) => ids)).toEqual(greedy.map(({ ids }) => ids))
      if (lengthPenalty === 1) expect(beam[0]!.score).toBeCloseTo(greedy[0]!.score, 12)
    }
  })

  it.each(seeds)('finds what exhaustive search finds when it is wide enough (seed %i)', (seed) => {
    const rule = randomRule(seed, 6)
    const maxLength = 4
    const all: { ids: number[]; total: number }[] = []
    const visit = (ids: number[], total: number) => {
      if (ids.at(-1) === EOS_ID || ids.length === maxLength) {
        all.push({ ids, total })
        return
      }
      rule(ids.at(-1) ?? 2).forEach((logp, id) => {
        if (logp > -Infinity) visit([...ids, id], total + logp)
      })
    }
    visit([], 0)
    expect(all.length).toBe(1 + 3 + 9 + 27 * 4)
    for (const lengthPenalty of [0, 1, 2]) {
      const expected = all
        .map(({ ids, total }) => ({ ids, score: total / ids.length ** lengthPenalty }))
        .sort((a, b) => b.score - a.score)
      const beam = found(run(beamSearch({ ...limits(maxLength), beams: all.length, lengthPenalty }), rule))
      expect(beam.map(({ score }) => score)).toEqual(expected.map(({ score }) => expect.closeTo(score, 10)))
      expect(beam[0]!.ids).toEqual(expected[0]!.ids)
    }
  })

  it('breaks ties by the lowest token id, then the lowest beam', () => {
    // Every token is as likely as any other, and none ends before the last step.
    const flat: Rule = () => [-Infinity, -Infinity, -Infinity, -Infinity, ...Array(4).fill(Math.log(1 / 4))]
    const search = beamSearch({ ...limits(3), beams: 2, lengthPenalty: 1 })
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
    expect(found(search).map(({ ids }) => ids)).toEqual([
      [4, 4, 4],
      [5, 4, 4],
    ])
  })

  it('gives fewer hypotheses where no more exist', () => {
    const only: Rule = () => [-Infinity, -Infinity, -Infinity, Math.log(0.25), Math.log(0.75)]
    const results = found(run(beamSearch({ ...limits(2), beams: 5, lengthPenalty: 0 }), only))
    expect(results.map(({ ids }) => ids)).toEqual([[4, 4], [3], [4, 3]])
  })
})
