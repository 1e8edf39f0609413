import { describe, expect, test } from 'vitest'
import { difference } from '../testing/compare.ts'
import type { CaseArray } from '../testing/op-case.ts'
import type { Arrays, ModelBatch } from '../testing/run-model.ts'
import { idArray, runSequence, runSteps, weightsFor } from '../testing/run-model.ts'
import { createModel } from './model.ts'

const stack = { type: 'transformer', modelSize: 8, layers: 2, heads: 4, feedForwardSize: 6 }
const rnn = { type: 'rnn', cell: 'gru', embeddingSize: 5, hiddenSize: 6 }
const vocabularies = { version: 1, sourceVocabularySize: 9, targetVocabularySize: 8 }
const frames = { input: { type: 'frames', features: 3, strides: [1, 2] } }
const attending = { attention: { score: 'general' }, output: { from: ['state', 'context'] } }

const learned = { positions: { type: 'learned', length: 9 } }
const rotary = { positions: { type: 'rotary' } }
const relative = { positions: { type: 'relative', buckets: 4, maxDistance: 6 } }
const alibi = { positions: { type: 'alibi' } }
const none = { positions: { type: 'none' } }

/** Every kind of position, norm, activation and head grouping, and every mixture, at least once. */
const configs: Readonly<Record<string, { encoder: object; decoder: object; tiedEmbeddings?: string }>> = {
  'sinusoidal, post-norm': { encoder: stack, decoder: stack },
  'learned, pre-norm': {
    encoder: { ...stack, ...learned, normPlacement: 'pre' },
    decoder: { ...stack, ...learned, normPlacement: 'pre', activation: 'gelu' },
  },
  'rotary, grouped heads, RMSNorm, SwiGLU': {
    encoder: { ...stack, ...rotary, keyHeads: 2, norm: 'rms', activation: 'swiglu', bias: false },
    decoder: { ...stack, ...rotary, keyHeads: 1, norm: 'rms', normPlacement: 'pre', activation: 'geglu' },
  },
  'relative buckets': { encoder: { ...stack, ...relative }, decoder: { ...stack, ...relative, keyHeads: 2 } },
  ALiBi: { encoder: { ...stack, ...alibi, activation: 'silu' }, decoder: { ...stack, ...alibi } },
  'no positions': { encoder: { ...stack, ...none, activation: 'gelu-tanh' }, decoder: { ...stack, ...none } },
  'tied two ways': { encoder: stack, decoder: { ...stack, outputBias: false }, tiedEmbeddings: 'target' },
  'SSRU decoder': { encoder: stack, decoder: { ...stack, selfAttention: 'ssru', ...none } },
  'SSRU with positions': { encoder: stack, decoder: { ...stack, selfAttention: 'ssru' } },
  'RNN encoder of another width': { encoder: { ...rnn, bidirectional: true }, decoder: stack },
  'RNN encoder of the same width': { encoder: { ...rnn, hiddenSize: 8 }, decoder: { ...stack, ...rotary } },
  'RNN decoder with attention': { encoder: stack, decoder: { ...rnn, ...attending } },
  'RNN decoder from the mean': { encoder: stack, decoder: { ...rnn, context: 'every-step', bridge: 'zero' } },
  'frames before a Transformer': { encoder: { ...stack, ...frames }, decoder: stack },
  'frames before an RNN': {
    encoder: { ...rnn, ...frames, bidirectional: true },
    decoder: { ...rnn, bridge: 'dense', ...attending },
  },
}

function build({ encoder, decoder, ...rest }: (typeof configs)[string]) {
  const hasFrames = 'input' in encoder
  const sizes = hasFrames ? { ...vocabularies, sourceVocabularySize: 0 } : vocabularies
  const model = createModel({ ...sizes, encoder, decoder, ...rest })
  return { model, weights: weightsFor(model.parameters), hasFrames }
}

const target = [
  [1, 5, 6, 4, 7],
  [1, 7, 4, 4, 5],
]

/** Two sources of unequal length, the shorter one padded to `size` entries with `filling`. */
function batchOf(hasFrames: boolean, size = 4, filling = 0): ModelBatch {
  if (!hasFrames) {
    const rows = [
      [5, 6, 7, 8],
      [8, 4],
    ]
    const padded = rows.map((row) => [...row, ...new Array<number>(size - row.length).fill(filling)])
    return { source: idArray(padded), lengths: [4, 2], target }
  }
  // 8 and 3 frames of 3 numbers; two frames make an entry, so the second row has 2.
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + count))
  const rows = [numbers(24), numbers(9)]
  const width = 2 * 3
  const data = rows.flatMap((row) => [...row, ...new Array<number>(size * width - row.length).fill(filling)])
  return { source: { kind: 'float', shape: [2, size, width], data }, lengths: [8, 3], target }
}

/** Row i of an array. */
function row({ kind, shape, data }: CaseArray, i: number): CaseArray {
  const size = data.length / shape[0]!
  return { kind, shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) }
}

/** Entry t of axis 1. */
function at({ kind, shape, data }: CaseArray, t: number): CaseArray {
  const [rows, length, ...rest] = shape as [number, number, ...number[]]
  const inner = rest.reduce((product, size) => product * size, 1)
  const starts = Array.from({ length: rows }, (_, i) => (i * length + t) * inner)
  return { kind, shape: [rows, ...rest], data: starts.flatMap((start) => data.slice(start, start + inner)) }
}

/** The first `count` entries of axis 1. */
function first(x: CaseArray, count: number): CaseArray {
  const entries = Array.from({ length: count }, (_, t) => at(x, t))
  const rows = Array.from({ length: x.shape[0]! }, (_, i) => entries.flatMap((entry) => row(entry, i).data))
  return { kind: x.kind, shape: [x.shape[0]!, count, ...x.shape.slice(2)], data: rows.flat() }
}

function expectSame(found: CaseArray, expected: CaseArray): void {
  expect(difference(found, expected, { absolute: 1e-9 })).toBeUndefined()
}

describe.each(Object.entries(configs))('%s', (_, config) => {
  const { model, weights, hasFrames } = build(config)
  const batch = batchOf(hasFrames)
  const length = target[0]!.length

  test('step by step = the whole sequence', async () => {
    const whole = await runSequence(model, weights, batch)
    // The caches grow from 2 to 4 to 8 on the way.
    const steps = await runSteps(model, weights, batch, [2, 2, 4, 4, 8])
    steps.forEach((step, t) => {
      expectSame(step.logits!, at(whole.logits!, t))
      if (whole.weights) expectSame(step.weights!, at(whole.weights, t))
      expectLooks(step, whole, t)
    })
  })

  test('padding changes nothing', async () => {
    const together = await runSequence(model, weights, batch)
    const padded = await runSequence(model, weights, batchOf(hasFrames, 6, hasFrames ? 9 : 3))
    expectSame(padded.logits!, together.logits!)
    expectSame(padded.context!, together.context!)
    expectSame(first(padded.memory!, 4), together.memory!)
    // The memory is 0 at padding: entries 2 and 3 of the second row.
    expect(row(together.memory!, 1).data.slice(together.memory!.data.length / 4)).toEqual(
      new Array(together.memory!.data.length / 4).fill(0),
    )
    const short = hasFrames ? 12 : 2
    const data = row(batch.source, 1).data.slice(0, short)
    const shape = hasFrames ? [1, 2, 6] : [1, 2]
    const alone = await runSequence(model, weights, {
      source: { kind: batch.source.kind, shape, data },
      lengths: [batch.lengths[1]!],
      target: [target[1]!],
    })
    expectSame(row(together.logits!, 1), alone.logits!)
  })

  test('no token sees the tokens after it', async () => {
    const before = await runSequence(model, weights, batch)
    const changed = target.map((ids) => [...ids.slice(0, 3), 2, 6])
    const after = await runSequence(model, weights, { ...batch, target: changed })
    expectSame(first(after.logits!, 3), first(before.logits!, 3))
    expect(at(after.logits!, 3).data).not.toEqual(at(before.logits!, 3).data)
    expect(before.logits!.shape).toEqual([2, length, 8])
  })

  test('a source of no tokens gives numbers', async () => {
    const found = await runSequence(model, weights, { ...batch, lengths: [batch.lengths[0]!, 0] })
    expect(found.logits!.data.every(Number.isFinite)).toBe(true)
    for (const [name, { data }] of Object.entries(found)) {
      if (name.startsWith('attention') || name.startsWith('encoder')) {
        expect(data.every(Number.isFinite)).toBe(true)
      }
    }
    if (!found.weights) return
    expect(row(found.weights, 1).data).toEqual(new Array(found.weights.data.length / 2).fill(0))
  })
})

/** Where each layer and head looked: a step's row of the whole; behind the caches' last entry stands 0. */
function expectLooks(step: Arrays, whole: Arrays, t: number): void {
  for (const [name, weights] of Object.entries(whole)) {
    if (!name.startsWith('attention.')) continue
    const [B, H, , S] = weights.shape as [number, number, number, number]
    const found = step[name]!
    const capacity = found.shape[2]!
    for (let head = 0; head < B * H; head++) {
      const seen = weights.data.slice((head * 5 + t) * S, (head * 5 + t + 1) * S)
      const looked = found.data.slice(head * capacity, (head + 1) * capacity)
      const isCross = name.endsWith('multihead_attn')
      const count = isCross ? S : t + 1
      expect(looked.slice(0, count).every((x, i) => Math.abs(x - seen[i]!) < 1e-9)).toBe(true)
      expect(looked.slice(count).every((x) => x === 0)).toBe(true)
    }
  }
}
