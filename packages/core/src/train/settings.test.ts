import { expect, test } from 'vitest'
import type { Example } from '../data/index.ts'
import { RandomStream } from '../random/index.ts'
import { checkSettings, fingerprint } from './settings.ts'

const example = (source: number[], target: number[], index = 0): Example => ({
  source: Int32Array.from(source),
  target: Int32Array.from(target),
  index,
})

test('a fingerprint tells tokens, order, sides and borders apart', () => {
  const different = [
    [example([4, 5], [6])],
    [example([4, 5], [7])],
    [example([4], [5, 6])],
    [example([4, 5, 6], [])],
    [example([5, 4], [6])],
    [example([4, 5], [6]), example([], [])],
    [example([4, 5], [6]), example([7], [8])],
    [example([7], [8]), example([4, 5], [6])],
  ]
  expect(new Set(different.map(fingerprint)).size).toBe(different.length)
  expect(fingerprint([example([4, 5], [6])])).toBe(fingerprint([example([4, 5], [6], 9)]))
})

test('one token changed among many changes it', () => {
  const random = new RandomStream(3)
  const ids = (step: number) =>
    [...random.words(new Uint32Array(12), { step, site: 0 })].map((word) => word % 50)
  const examples = Array.from({ length: 500 }, (_, i) => example(ids(2 * i), ids(2 * i + 1)))
  const seen = new Set([fingerprint(examples)])
  for (let i = 0; i < 500; i++) {
    const target = examples[i]!.target.slice()
    target[i % 12] = target[i % 12]! + 1
    seen.add(fingerprint(examples.map((other, j) => (j === i ? { ...other, target } : other))))
  }
  expect(seen.size).toBe(501)
})

test('settings are compared field by field, and the first that differs is named with both values', () => {
  const saved = { seed: 1, batch: { by: 'count', size: 3 }, scheduledSampling: null }
  checkSettings(saved, { scheduledSampling: null, batch: { size: 3, by: 'count' }, seed: 1 })
  const now = { seed: 1, batch: { by: 'count', size: 4 }, scheduledSampling: null }
  expect(() => checkSettings(saved, now)).toThrow(
    'batch.size: the run that was saved had 3, this one has 4\n  hint: resume with the same model',
  )
  expect(() => checkSettings(saved, { ...saved, scheduledSampling: { type: 'constant', k: 1 } })).toThrow(
    'scheduledSampling: the run that was saved had null, this one has {"type":"constant","k":1}',
  )
  expect(() => checkSettings({}, { seed: 1 })).toThrow('the run that was saved had none, this one has 1')
})
