import { expect, it } from 'vitest'
import { add, neg } from '../graph/elementwise.ts'
import { scan } from '../graph/scan.ts'
import { trace } from '../graph/trace.ts'
import { countNodes, planLiveness } from './liveness.ts'

it('names each value after its last use, and unused results at once', () => {
  const graph = trace('graph', (place) => {
    const a = place.input('a', 'float', [])
    place.input('unused', 'float', [])
    const b = neg(a)
    neg(b)
    const d = add(b, b)
    return { d, a }
  })
  const plan = planLiveness(graph)
  expect(plan.unused).toEqual([1])
  // %2 = neg(%0), which is an output; %3 = neg(%2) is never read; %4 = add(%2, %2).
  expect(plan.steps.map((step) => step.dead)).toEqual([[], [3], [2]])
})

it('plans the body of a loop too', () => {
  const graph = trace('graph', (place) => {
    const s = place.input('s', 'float', [])
    const x = place.input('x', 'float', ['n'])
    return scan('body', place, { carry: { s }, xs: { x } }, (at, step) => ({
      carry: { s: neg(neg(at.s)) as typeof s },
      ys: { y: neg(step.x as typeof s) },
    })).ys
  })
  const [step] = planLiveness(graph).steps
  expect(step!.dead.toSorted()).toEqual([0, 1, 2])
  expect(step!.body!.steps.map((each) => each.dead)).toEqual([[0], [2], [1]])
  expect(countNodes(graph)).toBe(4)
})
