import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { emptyPrefix } from './prefix.ts'
import {
  keepMinP,
  keepTopK,
  keepTopP,
  keepTypical,
  probabilitiesOf,
  temperatureScale,
} from './sampling-filters.ts'

interface Golden {
  readonly warping: {
    readonly logits: readonly number[]
    readonly cases: readonly {
      readonly temperature: number
      readonly topK: number | null
      readonly topP: number | null
      readonly minP: number | null
      readonly typicalP: number | null
      readonly probabilities: readonly number[]
    }[]
  }
}

const { warping }: Golden = JSON.parse(
  readFileSync(new URL('../../goldens/beam-search.json', import.meta.url), 'utf8'),
)

function kept(scores: Float64Array): number[] {
  return [...scores.keys()].filter((id) => scores[id]! > -Infinity)
}

const none = emptyPrefix
const logs = (...probabilities: number[]) => Float64Array.from(probabilities, Math.log)

describe("transformers' warpers: temperature, top-k, top-p, min-p, typical", () => {
  it.each(warping.cases)('$temperature $topK $topP $minP $typicalP', (given) => {
    const { temperature, topK, topP, minP, typicalP, probabilities } = given
    const scores = Float64Array.from(warping.logits)
    temperatureScale(temperature)(scores, none)
    if (topK !== null) keepTopK(topK)(scores, none)
    if (topP !== null) keepTopP(topP)(scores, none)
    if (minP !== null) keepMinP(minP)(scores, none)
    if (typicalP !== null) keepTypical(typicalP)(scores, none)
    expect([...probabilitiesOf(scores)]).toEqual(probabilities.map((p) => expect.closeTo(p, 10)))
    expect(kept(scores)).toEqual(probabilities.flatMap((p, id) => (p > 0 ? [id] : [])))
  })
})

describe('sampling filters', () => {
  it('keep exactly k, of equal ones the lowest ids', () => {
    const scores = logs(0.1, 0.2, 0.3, 0.2, 0.2)
    keepTopK(3)(scores, none)
    expect(kept(scores)).toEqual([1, 2, 3])
    keepTopK(9)(scores, none)
    expect(kept(scores)).toEqual([1, 2, 3])
  })

  it('keep the smallest set of probability p, of equal ones the lowest ids, at least one', () => {
    const probabilities = [0.125, 0.25, 0.25, 0.25, 0.125]
    const sets = [0.01, 0.25, 0.26, 0.75, 0.76, 1].map((p) => {
      const scores = logs(...probabilities)
      keepTopP(p)(scores, none)
      return kept(scores)
    })
    expect(sets).toEqual([[1], [1], [1, 2], [1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3, 4]])
  })

  it('keep what has at least a share of the highest probability', () => {
    const sets = [0.01, 0.4, 0.6, 1].map((p) => {
      const scores = logs(0.1, 0.2, 0.4, 0.3)
      keepMinP(p)(scores, none)
      return kept(scores)
    })
    expect(sets).toEqual([[0, 1, 2, 3], [1, 2, 3], [2, 3], [2]])
  })

  it('keep the most typical tokens: by hand, entropy 1.2799 nats, surprises 2.303 1.609 0.916 1.204', () => {
    const sets = [0.01, 0.29, 0.31, 0.51, 0.89, 0.95, 1].map((p) => {
      const scores = logs(0.1, 0.2, 0.4, 0.3)
      keepTypical(p)(scores, none)
      return kept(scores)
    })
    expect(sets).toEqual([[3], [3], [1, 3], [1, 2, 3], [1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]])
    const equal = logs(0.25, 0.25, 0, 0.25, 0.25)
    keepTypical(0.5)(equal, none)
    expect(kept(equal)).toEqual([0, 1])
  })

  it('give no probability where nothing may follow', () => {
    expect([...probabilitiesOf(Float64Array.of(-Infinity, -Infinity))]).toEqual([0, 0])
  })
})
