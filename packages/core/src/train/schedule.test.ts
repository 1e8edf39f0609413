import { describe, expect, test } from 'vitest'
import type { ScheduleConfig } from './schedule.ts'
import { schedule } from './schedule.ts'

const rates = (config: ScheduleConfig, steps: readonly number[]) =>
  steps.map((step) => schedule(config).learningRate(step))

// Expected numbers follow from the formulas by hand.
describe('learning rates', () => {
  test('constant, after a linear warm-up', () => {
    expect(rates({ type: 'constant', learningRate: 0.5 }, [1, 1000])).toEqual([0.5, 0.5])
    expect(rates({ type: 'constant', learningRate: 0.5, warmupSteps: 4 }, [1, 2, 4, 5])).toEqual([
      0.125, 0.25, 0.5, 0.5,
    ])
  })

  test('Noam rises to its peak at the end of the warm-up, and falls with the root of the step', () => {
    // 1 / √64 · min(1 / √step, step / 8): the warm-up of 4 steps ends at 1/8 · 1/2.
    expect(rates({ type: 'noam', modelSize: 64, warmupSteps: 4 }, [1, 4, 16])).toEqual([
      1 / 64,
      1 / 16,
      1 / 32,
    ])
    expect(rates({ type: 'noam', modelSize: 64, warmupSteps: 4, factor: 2 }, [4])).toEqual([1 / 8])
  })

  test('inverse square root', () => {
    const config = { type: 'inverse-square-root', learningRate: 2, warmupSteps: 4 } as const
    expect(rates(config, [1, 4, 16, 64])).toEqual([0.5, 2, 1, 0.5])
  })

  test('cosine falls to the minimum at the last step, and stays there', () => {
    const config = { type: 'cosine', learningRate: 1, totalSteps: 10, warmupSteps: 2, minimum: 0.2 } as const
    const [first, top, middle, last, after] = rates(config, [1, 2, 6, 10, 50])
    expect([first, top]).toEqual([0.5, 1])
    expect(middle).toBeCloseTo(0.6, 12)
    expect(last).toBeCloseTo(0.2, 12)
    expect(after).toBe(last)
  })
})

describe('plateau', () => {
  const config = { type: 'plateau', learningRate: 1, factor: 0.5, patience: 1, minimum: 0.3 } as const
  const after = (metrics: readonly number[], given: ScheduleConfig = config) => {
    const plateau = schedule(given)
    return metrics.map((metric) => {
      plateau.observe(metric)
      return plateau.learningRate(100)
    })
  }

  test('halves after more than `patience` metrics that are no better, down to the minimum', () => {
    expect(after([5, 5, 5, 5, 5, 5, 5])).toEqual([1, 1, 0.5, 0.5, 0.3, 0.3, 0.3])
    expect(after([5, 6, 4, 4, 3, 3, 3])).toEqual([1, 1, 1, 1, 1, 1, 0.5])
  })

  test('better means by more than the threshold', () => {
    expect(after([1, 0.95, 0.92], { ...config, threshold: 0.1 })).toEqual([1, 1, 0.5])
  })

  test('goes on from its state, through JSON, also before the first metric', () => {
    for (const seen of [0, 1, 2, 3]) {
      const whole = schedule(config)
      const metrics = [5, 6, 4, 4, 4, 4]
      for (const metric of metrics.slice(0, seen)) whole.observe(metric)
      const restored = schedule(config)
      restored.restore(JSON.parse(JSON.stringify(whole.state())))
      for (const metric of metrics.slice(seen)) {
        whole.observe(metric)
        restored.observe(metric)
        expect(restored.learningRate(9)).toBe(whole.learningRate(9))
      }
    }
  })
})
