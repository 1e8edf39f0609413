import {
  compositeNames,
  dropoutMask,
  hostArray,
  RandomStream,
  type Tensor,
  trace,
  zeros,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { describePlan } from './describe-plan.ts'
import { engines, expectAgrees, float32Tolerance, readAll, runOnce } from './testing/compare-backends.ts'
import { nodeGraph, nodeInputs } from './testing/composite-case.ts'
import { compositeCases, float, gate } from './testing/composite-cases.ts'

describe.each(Object.keys(compositeCases) as (keyof typeof compositeCases)[])('%s', (op) => {
  test('agrees with its body on the float64 reference', async () => {
    for (const each of compositeCases[op]) {
      // Sums over 1500 classes of numbers of size 25 round more than the rest.
      const tolerance = op === 'softmaxGrad' || op === 'logSoftmaxGrad' ? 1e-3 : float32Tolerance.absolute
      await expectAgrees(nodeGraph(op, each), nodeInputs(each), {
        absolute: tolerance,
        relative: 1e-4,
      })
    }
  })
})

test('every composite is tried', () => {
  expect([...Object.keys(compositeCases), 'dropoutMask'].sort()).toEqual([...compositeNames].sort())
})

test('lstmGrad takes gradients that are zero without their memory', async () => {
  const [T, B, H] = [3, 2, 4]
  const graph = trace('zeros', (place) => {
    const shapes = [
      [4 * H, H],
      [B, H],
      [T, B, H],
      [T, B, 4 * H],
      [T, B, H],
    ]
    const inputs: Tensor[] = shapes.map((shape, i) => place.input(`${i}`, 'float', shape))
    const none = zeros(place, 'float', [T, B, H])
    const [dx, dh, dc] = place.emit('lstmGrad', [...inputs, none], { reverse: false }) as [
      Tensor,
      Tensor,
      Tensor,
    ]
    return { dx, dh, dc }
  })
  const operands = [float(4 * H, H), float(B, H), float(T, B, H), gate(T, B, 4 * H), float(T, B, H)]
  await expectAgrees(graph, nodeInputs({ operands, attributes: {} }), { absolute: 2e-5, relative: 1e-4 })
  const backend = await cpu()
  const program = await backend.compile(graph)
  await program.run(nodeInputs({ operands, attributes: {} }))
  expect(
    describePlan(program)
      .split('\n')
      .filter((line) => !line.startsWith('lstmBackward')),
  ).toHaveLength(1)
  await backend.dispose()
})

test.each(engines)('dropout masks have the bits of core: $name', async ({ make }) => {
  const backend = await make()
  const seed = 123456789
  const site = 0xdeadbeef
  const graph = trace('mask', (place) => ({
    mask: dropoutMask({ key: place.input('key', 'int', [3]), site }, [3, 'n'], 0.3),
    n: place.input('n', 'float', ['n']),
  }))
  for (const n of [1, 4, 11]) {
    const key = hostArray('int', [3], [seed, 0, 42])
    const { mask: actual } = await runOnce(backend, graph, {
      key,
      n: hostArray('float', [n], new Float32Array(n)),
    })
    const expected = new RandomStream(seed).dropoutMask(3 * n, 0.3, { step: 42, site })
    expect(actual!.data).toEqual(expected)
  }
  await backend.dispose()
})

test('an out-of-range label is an error that names the op', async () => {
  for (const { make } of engines) {
    const backend = await make()
    const each = { operands: [float(2, 3), hostArray('int', [2], [0, 7])], attributes: { smoothing: 0 } }
    const program = await backend.compile(nodeGraph('crossEntropy', each))
    await expect(program.run(nodeInputs(each))).rejects.toThrow(/crossEntropy: index 7 is outside/)
    await expect(
      program.run({ ...nodeInputs(each), 1: hostArray('int', [2], [0, 2]) }).then(readAll),
    ).resolves.toBeDefined()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  }
})
