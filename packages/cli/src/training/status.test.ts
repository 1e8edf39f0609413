import type { StepEvent } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { formatTime, StatusReporter } from './status.ts'

function step(number: number, more: Partial<StepEvent> = {}): StepEvent {
  return {
    type: 'step',
    step: number,
    epoch: 0,
    epochProgress: number / 100,
    loss: 2,
    learningRate: 0.002,
    gradientNorm: 1,
    tokens: 100,
    tokensPerSecond: 1234.5,
    ...more,
  }
}

describe('the status of a run', () => {
  test('has the share that is done and the time left', () => {
    const status = new StatusReporter({ steps: 10 }, 0)
    expect(status.after(step(1), 1000)).toEqual({
      share: 0.1,
      text: 'loss 2.000  epoch 0.0  step 1  lr 0.0020  1,235 tokens/s',
    })
    // Three steps in six seconds: the six that are left take twelve.
    expect(status.after(step(4), 7000).text).toMatch(/^12s left {2}loss 2.000 /)
    expect(status.after(step(10), 19_000)).toMatchObject({
      share: 1,
      text: expect.not.stringContaining('left'),
    })
  })

  test('follows the limit that is nearest', () => {
    const status = new StatusReporter({ epochs: 2, steps: 1000, minutes: 1 }, 5000)
    expect(status.after(step(50), 8000).share).toBe(0.25)
    expect(status.after(step(60), 35_000).share).toBe(0.5)
    expect(status.after(step(800), 36_000).share).toBe(1)
  })

  test('smooths the loss', () => {
    const status = new StatusReporter({ steps: 10 }, 0)
    expect(status.loss).toBeUndefined()
    status.after(step(1, { loss: 4 }), 0)
    expect(status.loss).toBe(4)
    status.after(step(2, { loss: 2 }), 1)
    expect(status.loss).toBeCloseTo(3.9, 10)
  })
})

test.each([
  [400, '0s'],
  [59_600, '1m 00s'],
  [185_000, '3m 05s'],
  [3_720_000, '1h 02m'],
])('%d ms is %s', (ms, text) => {
  expect(formatTime(ms)).toBe(text)
})
