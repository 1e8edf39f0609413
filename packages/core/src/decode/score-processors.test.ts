import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EOS_ID } from '../text/index.ts'
import type { Prefix } from './prefix.ts'
import { emptyPrefix } from './prefix.ts'
import {
  keepTopK,
  keepTopP,
  minimumLength,
  probabilitiesOf,
  suppressTokens,
  temperatureScale,
} from './score-processors.ts'

interface Golden {
  readonly warping: {
    readonly logits: readonly number[]
    readonly cases: readonly {
      readonly temperature: number
      readonly topK: number | null
      readonly topP: number | null
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

describe("transformers' warpers: temperature, then top-k, then top-p", () => {
  it.each(warping.cases)('$temperature $topK $topP', ({ temperature, topK, topP, probabilities }) => {
    const scores = Float64Array.from(warping.logits)
    temperatureScale(temperature)(scores, none)
    if (topK !== null) keepTopK(topK)(scores, none)
    if (topP !== null) keepTopP(topP)(scores, none)
    expect([...probabilitiesOf(scores)]).toEqual(probabilities.map((p) => expect.closeTo(p, 10)))
    expect(kept(scores)).toEqual(probabilities.flatMap((p, id) => (p > 0 ? [id] : [])))
  })
})

describe('score processors', () => {
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

  it('forbid <eos> before the least length, and suppressed tokens always', () => {
    const at = (length: number): Prefix => ({ ...none, length })
    const open = [0, 1, 2, 3].map((length) => {
      const scores = new Float64Array(6)
      minimumLength(2)(scores, at(length))
      return scores[EOS_ID] === 0
    })
    expect(open).toEqual([false, false, true, true])
    const scores = new Float64Array(4)
    suppressTokens([0, 2])(scores, none)
    expect(kept(scores)).toEqual([1, 3])
  })

  it('give no probability where nothing may follow', () => {
    expect([...probabilitiesOf(Float64Array.of(-Infinity, -Infinity))]).toEqual([0, 0])
  })
})
