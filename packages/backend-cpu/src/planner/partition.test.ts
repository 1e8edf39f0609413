import { exp, type Graph, matmul, reduceSum, type Tensor, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { planGraph } from './plan.ts'

const everything = { threads: 2, leastStepNs: 0, leastPlanNs: 0 }

/** What the threads of a plan do, one word a step. */
function stepsOf(graph: Graph, sharing = everything): string[] {
  const donated = graph.inputs.map(() => false)
  return planGraph(graph, {}, donated, sharing).instructions.map(({ label }) => label().split(' ')[0]!)
}

const inputs = (place: Parameters<Parameters<typeof trace>[1]>[0]): [Tensor<'float'>, Tensor<'float'>] => [
  place.input('x', 'float', [64, 64]),
  place.input('w', 'float', [64, 64]),
]

test('steps that touch different memory follow each other, others meet first', () => {
  const apart = trace('apart', (place) => {
    const [x, w] = inputs(place)
    return { a: matmul(x, w), b: matmul(w, x) }
  })
  expect(stepsOf(apart)).toEqual(['matmul', 'matmul'])
  const after = trace('after', (place) => {
    const [x, w] = inputs(place)
    return { a: matmul(matmul(x, w), w) }
  })
  expect(stepsOf(after)).toEqual(['matmul', 'barrier', 'matmul'])
})

test('memory that is used again is waited for', () => {
  const graph = trace('again', (place) => {
    const [x, w] = inputs(place)
    return { a: reduceSum(matmul(matmul(matmul(x, w), w), w), { axes: [0] }) }
  })
  const steps = stepsOf(graph)
  expect(steps).toEqual(['matmul', 'barrier', 'matmul', 'barrier', 'matmul', 'barrier', 'reduce'])
})

test('small steps are for one thread, which need not wait for itself', () => {
  const graph = trace('small', (place) => {
    const [x, w] = inputs(place)
    const small = reduceSum(reduceSum(x, { axes: [0] }))
    return { a: matmul(x, w), b: exp(small), c: exp(w) }
  })
  // 64 × 64 × 64 multiply-adds take some 13 µs, the others less than 5.
  const steps = stepsOf(graph, { ...everything, leastStepNs: 10_000 })
  expect(steps.filter((step) => step === 'barrier')).toEqual([])
  expect(steps.filter((step) => step === 'one')).toHaveLength(2)
})

test('a plan that is not worth it is for one thread as a whole', () => {
  const graph = trace('whole', (place) => {
    const [x, w] = inputs(place)
    return { a: matmul(matmul(x, w), w) }
  })
  const donated = [false, false]
  expect(planGraph(graph, {}, donated, { ...everything, leastPlanNs: 1e6 }).shared).toBeUndefined()
  expect(planGraph(graph, {}, donated, everything).shared).toEqual({
    scratchBytes: expect.any(Number),
    needsCopies: false,
  })
  expect(stepsOf(graph, { ...everything, leastPlanNs: 1e6 })).toEqual(['matmul', 'matmul'])
})
