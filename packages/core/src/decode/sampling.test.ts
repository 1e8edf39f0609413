import { describe, expect, it } from 'vitest'
import { RandomStream, siteOf } from '../random/index.ts'
import { EOS_ID } from '../text/index.ts'
import { stepsOf } from './prefix.ts'
import { samplingSearch } from './sampling.ts'
import { keepTopK, keepTopP, temperatureScale } from './sampling-filters.ts'
import type { ScoreProcessor } from './score-processor.ts'

const probabilities = [0, 0.05, 0, 0.1, 0.4, 0.25, 0.15, 0.05]
const logProbabilities = probabilities.map(Math.log)

/** The first token drawn for each of `count` sources. */
function draw(count: number, processors: readonly ScoreProcessor[], seed = 0): number[] {
  const random = new RandomStream(seed)
  return Array.from({ length: count }, (_, row) => {
    const search = samplingSearch({ maxLength: 1, processors }, random, row)
    search.advance([{ logProbabilities, attention: undefined }])
    return search.results()[0]!.prefix.id
  })
}

/** Σ (seen − expected)² / expected over tokens that can be drawn. */
function chiSquare(drawn: readonly number[], expected: readonly number[]): number {
  return expected.reduce((sum, p, id) => {
    const seen = drawn.filter((each) => each === id).length
    if (p === 0) {
      expect(seen).toBe(0)
      return sum
    }
    return sum + (seen - p * drawn.length) ** 2 / (p * drawn.length)
  }, 0)
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

describe('sampling', () => {
  // 99.9 % of right samplers stay below these: quantiles of chi-square with 5, 5, 2 and 1 degrees of freedom.
  it.each([
    { name: 'all tokens', processors: [], expected: probabilities, limit: 20.515 },
    {
      name: 'temperature 2',
      processors: [temperatureScale(2)],
      expected: normalised(probabilities.map(Math.sqrt)),
      limit: 20.515,
    },
    {
      name: 'top-k 3',
      processors: [keepTopK(3)],
      expected: normalised([0, 0, 0, 0, 0.4, 0.25, 0.15, 0]),
      limit: 13.816,
    },
    {
      name: 'top-p 0.6',
      processors: [keepTopP(0.6)],
      expected: normalised([0, 0, 0, 0, 0.4, 0.25, 0, 0]),
      limit: 10.828,
    },
  ])('draws with the exact probabilities: $name', ({ processors, expected, limit }) => {
    expect(chiSquare(draw(5000, processors), expected)).toBeLessThan(limit)
  })

  it('gives the same for a seed and row, another for another', () => {
    expect(draw(50, [])).toEqual(draw(50, []))
    expect(draw(50, [])).not.toEqual(draw(50, [], 1))
  })

  it('draws token t with word `row` of step t, by the cumulative probabilities in the order of ids', () => {
    const random = new RandomStream(7)
    const search = samplingSearch({ maxLength: 40, processors: [] }, random, 5)
    const withoutEos = logProbabilities.map((value, id) => (id === EOS_ID ? -Infinity : value))
    while (search.live.length > 0) search.advance([{ logProbabilities: withoutEos, attention: undefined }])
    const weights = normalised(withoutEos.map(Math.exp))
    const expected = Array.from({ length: 40 }, (_, step) => {
      const [word] = random.words(new Uint32Array(1), { step, site: siteOf('decode.sample'), index: 5 })
      let sum = 0
      return weights.findIndex((weight) => {
        sum += weight
        return sum > word! / 2 ** 32
      })
    })
    expect(stepsOf(search.results()[0]!.prefix).map(({ id }) => id)).toEqual(expected)
    expect(new Set(expected).size).toBeGreaterThan(3)
  })

  it('keeps the log-probability of the model, whatever the temperature', () => {
    const limits = { maxLength: 3, processors: [temperatureScale(0.1)] }
    const search = samplingSearch(limits, new RandomStream(0), 0)
    while (search.live.length > 0) search.advance([{ logProbabilities, attention: undefined }])
    const { prefix, score } = search.results()[0]!
    const own = stepsOf(prefix).map((step) => Math.log(probabilities[step.id]!))
    expect(stepsOf(prefix).map((step) => step.logProbability)).toEqual(own)
    expect(score).toBeCloseTo(own.reduce((sum, each) => sum + each, 0) / own.length, 12)
  })
})
