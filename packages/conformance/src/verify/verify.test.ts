import type { Backend, Seq2Seq } from '@dragoman/core'
import { createModel, DataError, OptionError, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { smallModel, smallModelNames } from '../small-models.ts'
import { brokenNodes } from '../testing/broken-backend.ts'
import { VerificationError } from './verification-error.ts'
import { verify } from './verify.ts'

/** The reference with float32 products: as far off as an honest engine. */
const swapped = (): Backend =>
  brokenNodes((node) =>
    node.op === 'tanh' || node.op === 'exp' ? ({ ...node, op: 'sigmoid' } as unknown as typeof node) : node,
  )

const stack = { type: 'transformer', modelSize: 8, layers: 1, heads: 2, feedForwardSize: 8 }
const speech = createModel({
  version: 1,
  sourceVocabularySize: 0,
  targetVocabularySize: 9,
  encoder: { ...stack, input: { type: 'frames', features: 3, kernel: 3, strides: [2, 2] } },
  decoder: { ...stack, positions: { type: 'learned', length: 3 } },
})

describe.each(smallModelNames)('%s', (name) => {
  test('is verified, with its gradients, and leaves nothing behind', async () => {
    const backend = reference()
    const seq2seq = smallModel(name, backend)
    const before = { ...backend.live() }
    const report = await verify(seq2seq, { gradients: true })
    expect(report.backend).toBe('reference')
    expect(report.largestDifference).toBeLessThan(1e-12)
    expect(report.outputs).toBeGreaterThan(seq2seq.model.parameters.length)
    expect(backend.live()).toEqual(before)
    await seq2seq.dispose()
  })

  test('is refused on a backend that computes something else', async () => {
    const seq2seq = smallModel(name, swapped())
    const error = await verify(seq2seq).catch((thrown: unknown) => thrown)
    expect(VerificationError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ backend: 'broken', info: { precision: 'float64' } })
    expect(String(error)).toMatch(/verify on broken: \S+ at \[.*expected .*got .*may differ by .*hint: /s)
    await seq2seq.dispose()
  })
})

test('a model of frames is verified with weights drawn from the seed', async () => {
  const backend = reference()
  const report = await verify(speech, { backend, seed: 3, tokens: 5 })
  // Three steps are all that its positions allow.
  expect(report).toMatchObject({ backend: 'reference', outputs: expect.any(Number) })
  expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
})

describe('a model with a weight that is no number, or out of all proportion', () => {
  const weightsWith = async (path: string, index: number, bad: number) => {
    const seq2seq = smallModel('Transformer', swapped())
    const weights = new Map(await seq2seq.weights())
    const { kind, shape, data } = weights.get(path)!
    weights.set(path, { kind, shape, data: Float64Array.from(data).with(index, bad) })
    const altered: Seq2Seq = Object.create(seq2seq, { weights: { value: async () => weights } })
    return { seq2seq, altered }
  }

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 3e38])('is still compared elsewhere: %s', async (bad) => {
    const { seq2seq, altered } = await weightsWith('decoder.output.bias', 0, bad)
    await expect(verify(altered)).rejects.toThrow(VerificationError)
    await seq2seq.dispose()
  })

  test('is refused where nothing of an output is finite', async () => {
    const { seq2seq, altered } = await weightsWith('decoder.layers.0.norm3.bias', 0, Number.NaN)
    await expect(verify(altered)).rejects.toThrow(DataError)
    await seq2seq.dispose()
  })
})

test('an option that cannot be is refused', async () => {
  const seq2seq = smallModel('Transformer', reference())
  await expect(verify(speech)).rejects.toThrow(OptionError)
  await expect(verify(seq2seq, { backend: reference() })).rejects.toThrow(OptionError)
  await expect(verify(seq2seq, { tokens: 1 })).rejects.toThrow(OptionError)
  await expect(verify(seq2seq, { tolerance: 2 })).rejects.toThrow(OptionError)
  await seq2seq.dispose()
})
