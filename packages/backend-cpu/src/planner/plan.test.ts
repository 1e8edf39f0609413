import { add, concat, type Graph, matmul, mul, slice, tanh, trace, transpose } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { cpu } from '../cpu.ts'
import { describePlan } from '../describe-plan.ts'
import { expectedOf, expectSame, float32Tolerance, readAll } from '../testing/compare-backends.ts'
import { RandomSource } from '../testing/random-source.ts'

const random = new RandomSource(5)
const float = (...shape: number[]) => random.array('float', shape)

describe('plans', () => {
  async function planOf(graph: Graph, inputs: Parameters<typeof expectedOf>[1]): Promise<string[]> {
    const backend = await cpu()
    const program = await backend.compile(graph)
    expectSame(await readAll(await program.run(inputs)), await expectedOf(graph, inputs), float32Tolerance)
    const lines = describePlan(program).split('\n').slice(0, -1)
    await backend.dispose()
    return lines
  }

  test('a chain is one instruction, with all the results that are needed', async () => {
    const graph = trace('chain', (place) => {
      const x = place.input('x', 'float', ['batch', 8])
      const bias = place.input('bias', 'float', [8])
      const mask = place.input('mask', 'float', ['batch', 1])
      const hidden = tanh(add(x, bias))
      return { hidden, masked: mul(mul(hidden, mask), 2) }
    })
    const lines = await planOf(graph, { x: float(5, 8), bias: float(8), mask: float(5, 1) })
    expect(lines).toEqual([expect.stringMatching(/^elementwise n 40 add tanh mul mul /)])
  })

  test('transposes, repeats and slices of operands are not copied for a product', async () => {
    const graph = trace('attention', (place) => {
      const query = place.input('query', 'float', ['batch', 'target', 2, 4])
      const key = place.input('key', 'float', ['batch', 'source', 2, 4])
      const weight = place.input('weight', 'float', [8, 3])
      const heads = transpose(query, [0, 2, 1, 3])
      const keys = transpose(key, [0, 2, 3, 1])
      return {
        scores: matmul(heads, keys),
        part: matmul(slice(weight, 0, 2, 4), transpose(slice(weight, 0, 1, 2))),
      }
    })
    const lines = await planOf(graph, {
      query: float(3, 5, 2, 4),
      key: float(3, 6, 2, 4),
      weight: float(8, 3),
    })
    expect(lines.every((line) => line.startsWith('matmul'))).toBe(true)
    expect(lines).toHaveLength(2)
  })

  test('parts of a concat are made where they belong', async () => {
    const graph = trace('joined', (place) => {
      const x = place.input('x', 'float', [6])
      return { all: concat([tanh(x), mul(x, 2)], 0) }
    })
    const lines = await planOf(graph, { x: float(6) })
    expect(lines.every((line) => line.startsWith('elementwise'))).toBe(true)
  })

  test('memory is used again: a deep chain of products needs room for two', async () => {
    const graph = trace('deep', (place) => {
      let x = place.input('x', 'float', [64, 64])
      for (let i = 0; i < 10; i++) x = matmul(x, x)
      return { x }
    })
    const backend = await cpu()
    const program = await backend.compile(graph)
    const scale = float(64, 64)
    await program.run({ x: { ...scale, data: Float32Array.from(scale.data, (value) => value / 8) } })
    const scratch = 128 * 256 * 4 + 256 * 512 * 4 + 128
    expect(program.stats.workspaceBytes).toBeLessThanOrEqual(2 * 64 * 64 * 4 + scratch)
    await backend.dispose()
  })
})
