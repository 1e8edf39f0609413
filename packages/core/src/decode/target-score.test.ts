import { describe, expect, it } from 'vitest'
import { FinishedTargets } from './finished-targets.ts'
import { emptyPrefix, extend, type Prefix } from './prefix.ts'
import { type ScoreOptions, scoreBound, scoreOf } from './target-score.ts'

/** A prefix of steps with these log-probabilities, and where each looked. */
function prefixOf(logProbabilities: readonly number[], weights: readonly number[][] = []): Prefix {
  return logProbabilities.reduce((prefix, logp, t) => {
    const attention = weights[t] && { weights: Float32Array.from(weights[t]) }
    return extend(prefix, 4, logp, { logProbabilities: new Float64Array(5), attention })
  }, emptyPrefix)
}

const average: ScoreOptions = { lengthPenalty: 1, lengthPenaltyKind: 'average', coveragePenalty: 0 }

describe('scores', () => {
  it('divide by length^p, or by ((5 + length) / 6)^p', () => {
    const prefix = prefixOf([-1, -2, -3])
    expect(scoreOf(prefix, average)).toBeCloseTo(-2, 12)
    expect(scoreOf(prefix, { ...average, lengthPenalty: 0 })).toBe(-6)
    expect(scoreOf(prefix, { ...average, lengthPenalty: -1 })).toBeCloseTo(-18, 12)
    // lp(Y) of Wu et al. 2016, eq. 14, with α = 0.6: (5 + 3)^0.6 / 6^0.6 = 1.188402.
    const wu: ScoreOptions = { ...average, lengthPenalty: 0.6, lengthPenaltyKind: 'wu' }
    expect(scoreOf(prefix, wu)).toBeCloseTo(-6 / 1.188402, 5)
  })

  it('add what coverage costs: β Σ log min(Σ a, 1)', () => {
    const prefix = prefixOf(
      [-1, -1],
      [
        [0.5, 0.25, 0.25],
        [0.75, 0.25, 0],
      ],
    )
    const score = scoreOf(prefix, { ...average, coveragePenalty: 0.2 })
    expect(score).toBeCloseTo(-1 + 0.2 * (Math.log(0.5) + Math.log(0.25)), 12)
    const unseen = prefixOf([-1], [[1, 0]])
    expect(scoreOf(unseen, { ...average, coveragePenalty: 1 })).toBeCloseTo(-1 + Math.log(1e-10), 10)
  })

  it('are bounded by the longest length where longer is better', () => {
    const prefix = prefixOf([-2, -2])
    expect(scoreBound(prefix, 8, average)).toBe(-0.5)
    expect(scoreBound(prefix, 8, { ...average, lengthPenalty: -1 })).toBe(-8)
    expect(scoreBound(prefix, 8, { ...average, lengthPenalty: 0 })).toBe(-4)
  })
})

describe('finished targets', () => {
  const rule = { score: average, size: 2, maxLength: 10 }
  const finishing = [prefixOf([-1]), prefixOf([-2, -4])]

  it('are enough: at once, or when the best live prefix cannot do better', () => {
    const isDone = (earlyStopping: boolean | 'never', live: Prefix) => {
      const finished = new FinishedTargets({ ...rule, earlyStopping })
      finished.add(finishing)
      return finished.isDone(live)
    }
    // The worst finished one has −3. As if it ended now −4; with 10 tokens −0.8.
    const hopeful = prefixOf([-4, -4])
    expect([isDone(true, hopeful), isDone(false, hopeful), isDone('never', hopeful)]).toEqual([
      true,
      true,
      false,
    ])
    const better = prefixOf([-2, -2])
    expect([isDone(true, better), isDone(false, better), isDone('never', better)]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('are not enough before there are `size`, unless nothing lives', () => {
    const finished = new FinishedTargets({ ...rule, earlyStopping: true })
    finished.add(finishing.slice(0, 1))
    expect([finished.isDone(prefixOf([-9])), finished.isDone(undefined)]).toEqual([false, true])
  })

  it('keep the best, of equal scores the first', () => {
    const finished = new FinishedTargets({ ...rule, earlyStopping: false })
    const [first, second] = [prefixOf([-3]), prefixOf([-3, -3])]
    finished.add([second])
    finished.add([first, prefixOf([-1])])
    expect(finished.all.map(({ prefix }) => prefix)).toEqual([prefixOf([-1]), second])
  })
})
