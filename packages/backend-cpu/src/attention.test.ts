import {
  dynamicUpdate,
  expandDims,
  gradients,
  iota,
  layerNorm,
  lessEqual,
  mul,
  reduceSum,
  reshape,
  rmsNorm,
  scaledDotProductAttention,
  scan,
  type Tensor,
  trace,
  transpose,
} from '@dragoman/core'
import { expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { describePlan } from './describe-plan.ts'
import { expectAgrees } from './testing/compare-backends.ts'
import { RandomSource } from './testing/random-source.ts'

type F = Tensor<'float'>

const random = new RandomSource(14)
const float = (...shape: number[]) => random.array('float', shape)

test('attention between projections copies nothing, forwards and backwards', async () => {
  const [B, H, T, d] = [2, 3, 5, 4]
  const names = ['query', 'key', 'value']
  const graph = trace('heads', (place) => {
    const projections = names.map((name) => place.input(name, 'float', [B, T, H * d]))
    const heads = projections.map((x) => transpose(reshape(x, [B, T, H, d]), [0, 2, 1, 3]))
    const [query, key, value] = heads as [F, F, F]
    const { context } = scaledDotProductAttention({ query, key, value })
    const joined = reshape(transpose(context, [0, 2, 1, 3]), [B, T, H * d])
    const loss = reduceSum(mul(joined, place.input('dy', 'float', [B, T, H * d])))
    const [dQuery, dKey, dValue] = gradients(loss, projections) as [F, F, F]
    return { joined, dQuery, dKey, dValue }
  })
  const inputs = Object.fromEntries([...names, 'dy'].map((name) => [name, float(B, T, H * d)]))
  await expectAgrees(graph, inputs)
  const backend = await cpu()
  const program = await backend.compile(graph)
  await program.run(inputs)
  expect(describePlan(program)).not.toContain('copyStrided')
  await backend.dispose()
})

test('steps with a cache in a loop, with norms and their gradients', async () => {
  const [steps, B, H, d] = [4, 2, 2, 3]
  const shape = [B, H, 1, d]
  const names = ['query', 'key', 'value'] as const
  const graph = trace('steps', (place) => {
    const xs = Object.fromEntries(names.map((name) => [name, place.input(name, 'float', [steps, ...shape])]))
    const weight = place.input('weight', 'float', [d])
    const keys = place.input('keys', 'float', [B, H, steps, d])
    const values = place.input('values', 'float', [B, H, steps, d])
    const at = iota(place, [steps])
    const loop = { carry: { keys, values }, xs: { ...xs, at } }
    const { ys } = scan('decode', place, loop, (carry, step) => {
      const { query, key, value } = step as unknown as Record<(typeof names)[number], F>
      const position = step.at as Tensor<'int'>
      const next = {
        keys: dynamicUpdate(carry.keys, layerNorm(key, weight, weight), position, 2),
        values: dynamicUpdate(carry.values, value, position, 2),
      }
      const isAllowed = lessEqual(iota(position, [1, 1, 1, steps], 3), position)
      const operands = { query: rmsNorm(query, weight), key: next.keys, value: next.values }
      const { context, weights } = scaledDotProductAttention({ ...operands, isAllowed })
      return { carry: next, ys: { context, weights } }
    })
    const dy = place.input('dy', 'float', [steps, ...shape])
    const wrt = [...names.map((name) => xs[name] as F), weight]
    const results = gradients(reduceSum(mul(ys.context as F, dy)), wrt)
    return { ...ys, ...Object.fromEntries(results.map((result, i) => [`d${i}`, expandDims(result, 0)])) }
  })
  const inputs = {
    ...Object.fromEntries([...names, 'dy'].map((name) => [name, float(steps, ...shape)])),
    weight: float(d),
    keys: float(B, H, steps, d),
    values: float(B, H, steps, d),
  }
  await expectAgrees(graph, inputs, { absolute: 5e-5, relative: 5e-5 })
})

test('attention keeps the scores of a block of queries alone', async () => {
  const [B, H, T, d] = [4, 4, 512, 8]
  const graph = trace('long', (place) => {
    const [query, key, value] = ['query', 'key', 'value'].map((name) =>
      place.input(name, 'float', [B, H, T, d]),
    ) as [F, F, F]
    const { context } = scaledDotProductAttention({ query, key, value, causal: true })
    const [dQuery, dKey, dValue] = gradients(reduceSum(context), [query, key, value]) as [F, F, F]
    return { context, dQuery, dKey, dValue }
  })
  const backend = await cpu()
  const program = await backend.compile(graph)
  const inputs = Object.fromEntries(['query', 'key', 'value'].map((name) => [name, float(B, H, T, d)]))
  await program.run(inputs)
  // All scores would take 16 MiB; inputs and results take 1.75 MiB.
  expect(backend.info().memoryBytes).toBeLessThan(4 * 2 ** 20)
  await backend.dispose()
})
