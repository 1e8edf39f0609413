import { describe, expect, test } from 'vitest'
import type { Backend, HostArray } from '../backend/contract.ts'
import { reference } from '../backend/reference/reference.ts'
import { RandomStream } from '../random/index.ts'
import { memoryStore } from '../storage/index.ts'
import { hookedBackend } from '../testing/hooked-backend.ts'
import type { SmallModelOptions } from '../testing/small-model.ts'
import {
  attending,
  distance,
  pairs,
  smallModel,
  stepsOf,
  trainAll,
  weightsOf,
} from '../testing/small-model.ts'
import type { TrainOptions } from './options.ts'
import { sgd } from './sgd.ts'

/** One step of plain SGD at rate 1 without clipping: the weights move by the gradient itself. */
const bare: TrainOptions = {
  steps: 1,
  optimizer: sgd(),
  schedule: { type: 'constant', learningRate: 1 },
  clipNorm: 0,
}

async function stepOnce(options: TrainOptions, model: SmallModelOptions = {}) {
  const seq2seq = smallModel(model)
  const before = await weightsOf(seq2seq)
  const [step] = stepsOf(await trainAll(seq2seq, options))
  const after = await weightsOf(seq2seq)
  const moves = Object.keys(before).flatMap((path) => before[path]!.map((x, i) => x - after[path]![i]!))
  return { step: step!, after, moves, norm: Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0)) }
}

test('several accumulated batches are one big batch', async () => {
  const whole = await stepOnce({ ...bare, batch: { size: 8 } }, { decoder: attending })
  // Batches of one pair have different numbers of tokens: a mean of means would be another gradient.
  const parts = await stepOnce({ ...bare, batch: { size: 1 }, accumulate: 8 }, { decoder: attending })
  expect(distance(parts.after, whole.after)).toBeLessThan(1e-12)
  expect(parts.step.loss).toBeCloseTo(whole.step.loss, 12)
  expect(parts.step.gradientNorm).toBeCloseTo(whole.step.gradientNorm, 12)
  expect(parts.step.tokens).toBe(whole.step.tokens)
})

test('padding changes nothing', async () => {
  const tight = await stepOnce({ ...bare, batch: { lengthMultiple: 1 } }, { decoder: attending })
  const wide = await stepOnce({ ...bare, batch: { lengthMultiple: 16 } }, { decoder: attending })
  expect(distance(tight.after, wide.after)).toBeLessThan(1e-12)
  expect(wide.step.loss).toBeCloseTo(tight.step.loss, 12)
})

describe('clipping', () => {
  test('by norm scales the gradients down to the limit; the norm that is told is the one before', async () => {
    const free = await stepOnce(bare)
    expect(free.norm).toBeCloseTo(free.step.gradientNorm, 10)
    const clipped = await stepOnce({ ...bare, clipNorm: free.norm / 4 })
    expect(clipped.step.gradientNorm).toBe(free.step.gradientNorm)
    expect(clipped.norm).toBeCloseTo(free.norm / 4, 5)
    const scale = clipped.norm / free.norm
    for (const [i, move] of free.moves.entries()) expect(clipped.moves[i]).toBeCloseTo(move * scale, 10)
    const loose = await stepOnce({ ...bare, clipNorm: free.norm * 4 })
    expect(loose.after).toEqual(free.after)
  })

  test('by value limits each element, and by norm what is left', async () => {
    const free = await stepOnce(bare)
    const limit = 0.01
    const clipped = await stepOnce({ ...bare, clipValue: limit })
    expect(Math.max(...free.moves.map(Math.abs))).toBeGreaterThan(limit)
    for (const [i, move] of free.moves.entries()) {
      expect(clipped.moves[i]).toBeCloseTo(Math.max(-limit, Math.min(limit, move)), 12)
    }
    expect(clipped.step.gradientNorm).toBe(free.step.gradientNorm)
    const both = await stepOnce({ ...bare, clipValue: limit, clipNorm: clipped.norm / 2 })
    expect(both.norm).toBeCloseTo(clipped.norm / 2, 5)
  })
})

test('label smoothing raises the loss of a confident model, and changes the gradient', async () => {
  const plain = await stepOnce(bare)
  const smooth = await stepOnce({ ...bare, labelSmoothing: 0.3 })
  expect(smooth.step.loss).not.toBeCloseTo(plain.step.loss, 4)
  expect(distance(smooth.after, plain.after)).toBeGreaterThan(1e-3)
})

test('scheduled sampling feeds predictions: k = 1 is teacher forcing, and k = 0 is not', async () => {
  const options = { ...bare, seed: 3 }
  const plain = await stepOnce(options)
  const always = await stepOnce({ ...options, scheduledSampling: { type: 'constant', k: 1 } })
  const never = await stepOnce({ ...options, scheduledSampling: { type: 'constant', k: 0 } })
  const again = await stepOnce({ ...options, scheduledSampling: { type: 'constant', k: 0 } })
  expect(distance(always.after, plain.after)).toBeLessThan(1e-12)
  expect(always.step.loss).toBeCloseTo(plain.step.loss, 12)
  expect(never.step.loss).not.toBeCloseTo(plain.step.loss, 4)
  expect(again).toEqual(never)
})

test('every batch draws bits of its own, those of one step too', async () => {
  for (const accumulate of [1, 3]) {
    const keys: string[] = []
    const backend = hookedBackend(reference(), (call) => {
      if (call.type !== 'run' || !('randomKey' in call.inputs)) return
      keys.push((call.inputs.randomKey as HostArray).data.join())
    })
    // Eight batches an epoch: with three a step, the third step has two.
    await trainAll(smallModel({ backend, dropout: 0.2 }), { epochs: 2, batch: { size: 1 }, accumulate })
    expect(keys).toHaveLength(16)
    expect(new Set(keys).size).toBe(16)
  }
})

/** Sources of each run of a graph, without padding, as text: one letter an id. */
function sourcesOf({ source, sourceLengths }: Record<string, HostArray>): string[] {
  const width = source!.shape[1]!
  return [...sourceLengths!.data].map((length, row) =>
    [...source!.data.slice(row * width, row * width + length - 1)].join(' '),
  )
}

test('each example is trained on once an epoch, however batches are made', async () => {
  const random = new RandomStream(11)
  for (let round = 0; round < 12; round++) {
    const [a, b, c, d, e, f] = random.words(new Uint32Array(6), {
      step: round,
      site: 1,
    }) as unknown as number[]
    const by = a! % 2 === 0 ? ('count' as const) : ('tokens' as const)
    const batch = {
      by,
      size: by === 'count' ? 1 + (b! % 6) : 4 + (b! % 40),
      shuffle: c! % 2 === 0,
      bucket: c! % 3 > 0,
      ...(c! % 3 > 0 ? { pool: 1 + (d! % 3) } : {}),
      lengthMultiple: 1 + (e! % 3),
    }
    const accumulate = 1 + (f! % 3)
    const seen: string[][] = []
    let epoch: string[] = []
    const backend = hookedBackend(reference(), (call) => {
      const graph = accumulate === 1 ? 'train' : 'accumulate'
      if (call.type !== 'run' || call.graph !== graph) return
      const rows = sourcesOf(call.inputs as Record<string, HostArray>)
      epoch.push(...rows)
      // Tokens of both sides as padded, unless a row is too long to share.
      const { source, targetInput } = call.inputs as Record<string, HostArray>
      const tokens = source!.data.length + targetInput!.data.length
      if (rows.length > 1) expect(by === 'count' ? rows.length : tokens).toBeLessThanOrEqual(batch.size)
    })
    await trainAll(
      smallModel({ backend, size: 2 }),
      { epochs: 2, batch, accumulate, seed: round },
      (event) => {
        if (event.type !== 'step' || event.epochProgress < 1) return
        seen.push(epoch.sort())
        epoch = []
      },
    )
    const label = `round ${round}: ${JSON.stringify({ batch, accumulate })}`
    expect(seen, label).toHaveLength(2)
    expect(new Set(seen[0]).size, label).toBe(pairs.length)
    expect(seen[0], label).toHaveLength(pairs.length)
    expect(seen[1], label).toEqual(seen[0])
  }
})

describe('an error at any call of the backend leaves nothing behind', () => {
  const options: TrainOptions = { steps: 2, batch: { size: 3 }, validation: { pairs, everySteps: 1 } }
  const failAt = (at: number, box: { calls: number; armed: boolean }): Backend =>
    hookedBackend(reference(), () => {
      if (box.armed && box.calls++ === at) throw new Error('out of memory')
    })
  for (const accumulate of [1, 2]) {
    test(`accumulate ${accumulate}`, async () => {
      const saved = memoryStore()
      await trainAll(smallModel(), { ...options, accumulate, steps: 1, checkpoint: { store: saved } })
      let at = 0
      for (; ; at++) {
        const box = { calls: 0, armed: false }
        const seq2seq = smallModel({ backend: failAt(at, box) })
        const before = seq2seq.session.backend.live()
        const names = seq2seq.session.names()
        box.armed = true
        const run = trainAll(seq2seq, { ...options, accumulate, checkpoint: { store: saved }, resume: true })
        const isCut = await run.then(
          () => false,
          () => true,
        )
        box.armed = false
        expect(seq2seq.session.backend.live(), `call ${at}`).toEqual(before)
        expect(seq2seq.session.names(), `call ${at}`).toEqual(names)
        if (!isCut) break
        // The model is no longer taken, and its weights are whole.
        expect(
          Object.values(await weightsOf(seq2seq))
            .flat()
            .every(Number.isFinite),
        ).toBe(true)
        expect(await trainAll(seq2seq, { steps: 1 })).toHaveLength(2)
      }
      expect(at).toBeGreaterThan(30)
    })
  }
})
