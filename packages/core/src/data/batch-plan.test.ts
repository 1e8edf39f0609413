import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../errors.ts'
import { RandomStream } from '../random/index.ts'
import { BatchPlan, type BatchPlanOptions, type BatchState } from './batch-plan.ts'
import { collate } from './collate.ts'

function examplesOf(count: number, seed: number) {
  const words = new RandomStream(seed).words(new Uint32Array(2 * count), { step: 0, site: 0 })
  return Array.from({ length: count }, (_, index) => ({
    source: new Int32Array(1 + ((words[2 * index] as number) % 20)).fill(4),
    target: new Int32Array((words[2 * index + 1] as number) % 12).fill(4),
    index,
  }))
}

const byCount: BatchPlanOptions = { by: 'count', size: 8, seed: 1, pool: 5 }
const examples = examplesOf(203, 0)

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let left = count
  for (const value of values) {
    if (left-- === 0) return
    yield value
  }
}

describe('BatchPlan', () => {
  const optionSets: BatchPlanOptions[] = [true, false].flatMap((shuffle) =>
    [true, false].flatMap((bucket) => [
      { by: 'count', size: 8, pool: 5, seed: 3, shuffle, bucket },
      { by: 'tokens', size: 96, pool: 5, seed: 3, shuffle, bucket, lengthMultiple: 4 },
      { by: 'tokens', size: 10, pool: 2, seed: 3, shuffle, bucket, sourceEos: false },
    ]),
  )

  it.each(optionSets)('holds each example once an epoch, and no batch too large: %o', (options) => {
    for (let seed = 0; seed < 10; seed++) {
      const drawn = examplesOf(1 + seed * 23, seed)
      const batches = new BatchPlan(drawn, options).batches(seed)
      const indices = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)
      expect(indices, `seed ${seed}`).toEqual(drawn.map(({ index }) => index))
      for (const indices of batches) {
        const batch = collate(
          Array.from(indices, (i) => drawn[i] as (typeof drawn)[0]),
          options,
        )
        const tokens = batch.size * (batch.maxSourceLength + batch.maxTargetLength)
        expect(
          batch.size === 1 || (options.by === 'count' ? batch.size : tokens) <= options.size,
          `seed ${seed}`,
        ).toBe(true)
      }
    }
  })

  it('is the same for the same seed and epoch, and another for others', () => {
    const plan = new BatchPlan(examples, byCount)
    const batches = plan.batches(2)
    expect(plan.batches(3)).not.toEqual(batches)
    expect(plan.batches(2)).toEqual(batches)
    expect(new BatchPlan(examples, byCount).batches(2)).toEqual(batches)
    expect(new BatchPlan(examples, { ...byCount, seed: 2 }).batches(2)).not.toEqual(batches)
  })

  it.each([0, 1, 25, 26, 27, 60])(
    'goes on from a saved state after %i batches as if never stopped',
    (count) => {
      const run = [...take(new BatchPlan(examples, byCount).from(), 80)]
      let state: BatchState = { epoch: 0, position: 0 }
      for (const batch of take(new BatchPlan(examples, byCount).from(), count)) state = batch.next
      const saved = JSON.parse(JSON.stringify(state))
      expect([...take(new BatchPlan(examples, byCount).from(saved), 80 - count)]).toEqual(run.slice(count))
    },
  )

  it('follows the order of the data with neither shuffle nor bucket', () => {
    const batches = new BatchPlan(examples, { ...byCount, shuffle: false, bucket: false }).batches(7)
    expect(batches.flatMap((batch) => [...batch])).toEqual(examples.map(({ index }) => index))
    expect(batches.map((batch) => batch.length)).toEqual([...new Array(25).fill(8), 3])
  })

  it('sorts the window with bucket alone', () => {
    const batches = new BatchPlan(examples, { ...byCount, pool: 1000, shuffle: false }).batches(0)
    const lengths = batches.flatMap((batch) => Array.from(batch, (i) => examples[i]?.source.length ?? 0))
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  it('measures the window in batches, by tokens too', () => {
    const options: BatchPlanOptions = { by: 'tokens', size: 96, pool: 60, seed: 0, shuffle: false }
    const batches = new BatchPlan(examples, options).batches(0)
    const lengths = batches.flatMap((batch) => Array.from(batch, (i) => examples[i]?.source.length ?? 0))
    // 60 batches of 4 examples or so: all 203 in one window.
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  it('shuffles the batches of a window, too', () => {
    const batches = new BatchPlan(examples, { ...byCount, pool: 1000 }).batches(0)
    const first = batches.map((batch) => examples[batch[0] as number]?.source.length ?? 0)
    expect(first).not.toEqual(first.toSorted((a, b) => a - b))
  })

  it('says that the next epoch follows the last batch', () => {
    const states = [...take(new BatchPlan(examples, byCount).from({ epoch: 4, position: 24 }), 3)]
    expect(states.map(({ state, next }) => [state, next])).toEqual([
      [
        { epoch: 4, position: 24 },
        { epoch: 4, position: 25 },
      ],
      [
        { epoch: 4, position: 25 },
        { epoch: 5, position: 0 },
      ],
      [
        { epoch: 5, position: 0 },
        { epoch: 5, position: 1 },
      ],
    ])
  })

  it('pads less with buckets than without', () => {
    const padding = (bucket: boolean) => {
      const batches = new BatchPlan(examples, { ...byCount, bucket }).batches(0)
      const collated = batches.map((batch) =>
        collate(Array.from(batch, (i) => examples[i] as (typeof examples)[0])),
      )
      return collated.reduce((sum, batch) => sum + batch.source.length - batch.sourceTokens, 0)
    }
    expect(padding(true)).toBeLessThan(padding(false) / 2)
  })

  it('gives an example longer than a batch a batch of its own', () => {
    const long = { source: new Int32Array(50), target: new Int32Array(50), index: 3 }
    const batches = new BatchPlan([...examples.slice(0, 3), long], {
      by: 'tokens',
      size: 40,
      seed: 0,
    }).batches(0)
    expect(batches.filter((batch) => batch.includes(3)).map((batch) => [...batch])).toEqual([[3]])
  })

  it('refuses no examples and options out of range', () => {
    expect(() => new BatchPlan([], byCount)).toThrow(DataError)
    for (const wrong of [
      { size: 0 },
      { size: 1.5 },
      { pool: 0 },
      { lengthMultiple: 0 },
      { seed: -1 },
      { by: 'rows' },
    ]) {
      expect(() => new BatchPlan(examples, { ...byCount, ...wrong } as BatchPlanOptions)).toThrow(OptionError)
    }
  })

  it.each([
    { epoch: -1, position: 0 },
    { epoch: 0, position: 1.5 },
    { epoch: 0, position: 27 },
  ])('refuses the state %o', (state) => {
    expect(() => new BatchPlan(examples, byCount).from(state).next()).toThrow(OptionError)
  })
})
