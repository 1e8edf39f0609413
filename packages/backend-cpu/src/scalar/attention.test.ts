import { describe, expect, test } from 'vitest'
import type { PlanWriter, Values } from '../plan/plan-writer.ts'
import { attentionGradScratchBytes, attentionRows, attentionScratchBytes } from '../plan/scratch.ts'
import { expectClose, integers, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

/** [B, H, H′, T, S, d, e] */
type Sizes = readonly [number, number, number, number, number, number, number]

/** Blocks of queries of all sizes, with what is left over. */
const sizes: readonly Sizes[] = [
  [1, 1, 1, 1, 1, 1, 1],
  [2, 4, 2, 17, 3, 40, 2],
  [1, 2, 1, 70, 301, 9, 5],
  [1, 1, 1, 130, 140, 8, 12],
]

type Shape = readonly [number, number, number, number]

const count = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** Row-major strides of [B, H, T, S]; 0 where a size is 1. */
function strides(name: string, shape: Shape): Record<string, number> {
  const [B, H, T, S] = shape
  const at = (size: number, stride: number) => (size === 1 ? 0 : stride)
  return {
    [`${name}Batch`]: at(B, H * T * S),
    [`${name}Head`]: at(H, T * S),
    [`${name}Row`]: at(T, S),
    [`${name}Column`]: at(S, 1),
  }
}

/** Attention and its gradient with a mask for each sentence, a bias for each head, and dropout. */
function emitBoth(run: PlanCase, [B, H, G, T, S, d, e]: Sizes, causal: number) {
  const shapes = {
    query: [B, H, T, d],
    key: [B, G, S, d],
    value: [B, G, S, e],
    isAllowed: [B, 1, 1, S],
    bias: [1, H, T, S],
    mask: [B, H, T, S],
    context: [B, H, T, e],
  } as const satisfies Record<string, Shape>
  const floats = (seed: number, shape: Shape) => run.floats(uniform(seed, count(shape)))
  const block = { target: T, source: S, width: d, valueWidth: e }
  const common = {
    query: floats(1, shapes.query),
    key: floats(2, shapes.key),
    value: floats(3, shapes.value),
    isAllowed: run.ints(integers(4, B * S, 0, 2)),
    bias: floats(5, shapes.bias),
    mask: floats(6, shapes.mask),
    ...{ ...block, batch: B, heads: H, keyHeads: G, rows: attentionRows(block), causal, scale: 0.75 },
    ...Object.assign({}, ...Object.entries(shapes).map(([name, shape]) => strides(name, shape))),
  }
  const results = {
    context: run.room(count(shapes.context)),
    dQuery: run.room(count(shapes.query)),
    dKey: run.room(count(shapes.key)),
    dValue: run.room(count(shapes.value)),
    dBias: run.room(count(shapes.bias)),
  }
  const scratch = run.scratch(attentionScratchBytes(block))
  emit(run.plan, 'attention', { ...common, context: results.context, scratch })
  emit(run.plan, 'attentionGrad', {
    ...common,
    ...results,
    dContext: floats(7, shapes.context),
    biasElements: count(shapes.bias),
    scratch: run.scratch(attentionGradScratchBytes(block)),
    ...strides('dContext', shapes.context),
    ...strides('dQuery', shapes.query),
    ...strides('dKey', shapes.key),
    ...strides('dValue', shapes.value),
  })
  return [
    [results.context, count(shapes.context)],
    [results.dQuery, count(shapes.query)],
    [results.dKey, count(shapes.key)],
    [results.dValue, count(shapes.value)],
    [results.dBias, count(shapes.bias)],
  ] as const
}

function emit<K extends 'attention' | 'attentionGrad'>(
  plan: PlanWriter,
  name: K,
  values: Readonly<Record<string, number>>,
): void {
  plan.emit(name, values as Values<K>)
}

describe.each(sizes)('batch %i, heads %i of %i, %i queries, %i keys', (...size) => {
  test.each([0, 1])('causal %i', (causal) => {
    const run = new PlanCase()
    const results = emitBoth(run, size, causal)
    const { wasm, scalar } = run.run()
    for (const [at, n] of results) {
      expectClose(wasm.floats(at, n), scalar.floats(at, n), { absolute: 2e-5, relative: 2e-5 })
    }
  })
})

test('a block of queries is a whole number of tiles, or all of them', () => {
  expect(attentionRows({ target: 10, source: 5, width: 1, valueWidth: 1 })).toBe(10)
  expect(attentionRows({ target: 500, source: 256, width: 1, valueWidth: 1 })).toBe(64)
  expect(attentionRows({ target: 500, source: 100_000, width: 1, valueWidth: 1 })).toBe(16)
  expect(attentionRows({ target: 5, source: 0, width: 1, valueWidth: 1 })).toBe(5)
})
