import { describe, expect, it } from 'vitest'
import { hostArray } from '../backend/binding.ts'
import { reference } from '../backend/reference/reference.ts'
import { Session } from '../backend/session.ts'
import { GraphError } from '../errors.ts'
import { lstm } from '../graph/composites/lstm.ts'
import { add, mul } from '../graph/elementwise.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import { gradients } from './gradients.ts'

type F = Tensor<'float'>

/** Loss and gradient by `state` of an LSTM whose gates count too, which its body's gradient has to answer. */
async function lstmGradient(begin: (state: F) => { hidden: F; cell: F }): Promise<number[]> {
  const graph = trace('gates', (place) => {
    const state = place.input('state', 'float', [1, 1])
    const xProjection = place.input('x', 'float', ['time', 1, 4])
    const weightHh = place.input('weight', 'float', [4, 1])
    const { gates } = lstm({ xProjection, weightHh, ...begin(state) })
    const loss = reduceSum(mul(gates, gates))
    return { gradient: gradients(loss, [state])[0]! }
  })
  const program = await new Session(reference()).compile(graph)
  const { gradient } = await program.run({
    state: hostArray('float', [1, 1], [0.5]),
    x: hostArray('float', [2, 1, 4], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8]),
    weight: hostArray('float', [4, 1], [0.9, -0.8, 0.7, 0.6]),
  })
  return [...(await gradient!.read())]
}

describe('gradients', () => {
  it('count a tensor that stands for two operands of a composite once each', async () => {
    const shared = await lstmGradient((state) => ({ hidden: state, cell: state }))
    // The law: sums with 0 make two tensors of one, and change neither values nor gradients.
    const apart = await lstmGradient((state) => ({ hidden: add(state, 0), cell: add(state, 0) }))
    expect(shared[0]).toBeCloseTo(apart[0]!, 12)
    expect(Math.abs(apart[0]!)).toBeGreaterThan(0.01)
  })

  it('are 0 by what the loss does not depend on, and 1 by the loss itself', () => {
    const graph = trace('apart', (place) => {
      const loss = place.input('loss', 'float', [])
      const [own, other] = gradients(loss, [loss, place.input('x', 'float', ['n', 2])])
      return { own: own!, other: other! }
    })
    expect(graph.nodes.map((node) => node.op)).toEqual(['constant', 'constant', 'broadcast'])
  })

  it('refuse a loss that is no scalar, and tensors of another graph', () => {
    trace('wrong', (place) => {
      const x = place.input('x', 'float', [2])
      expect(() => gradients(x, [x])).toThrow('the loss must be a scalar, but it is float [2]')
      trace('other', (elsewhere) => {
        const y = elsewhere.input('y', 'float', [])
        expect(() => gradients(reduceSum(x), [y])).toThrow(GraphError)
        return { y }
      })
      return { x }
    })
  })
})
