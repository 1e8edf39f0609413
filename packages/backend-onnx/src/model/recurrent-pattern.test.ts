import {
  add,
  hostArray,
  lower,
  matmul,
  reference,
  reshape,
  scan,
  simplify,
  type Tensor,
  trace,
} from '@dragoman/core'
import type { Graph, HostArray } from '@dragoman/core/backend'
import { describe, expect, it } from 'vitest'
import { countOps, readModel } from '../testing/read-model.ts'
import { runModel } from '../testing/run-model.ts'
import { onnxComposites, type WrittenModel, wholeRecurrents, writeModel } from './index.ts'

const floats = (shape: readonly number[], seed: number): HostArray => {
  const count = shape.reduce((product, size) => product * size, 1)
  return hostArray(
    'float',
    shape,
    Float64Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed)),
  )
}

function written(graph: Graph): WrittenModel {
  const whole = new Set([...onnxComposites, ...wholeRecurrents(simplify(graph))])
  return writeModel(lower(graph, whole).graph)
}

const opsOf = (graph: Graph) => countOps(readModel(written(graph).bytes).graph)

/** The operators approximate sigmoid and tanh to about 1e-6. */
async function expectAsReference(graph: Graph, inputs: Readonly<Record<string, HostArray>>): Promise<void> {
  const program = await reference().compile(lower(graph, new Set()).graph)
  const got = await runModel(written(graph), inputs)
  for (const [name, array] of Object.entries(await program.run(inputs))) {
    expect(got[name]!.data).toEqual([...(await array.read())].map((x) => expect.closeTo(x, 4)))
  }
}

/** Last states [1, 2, 2] of an LSTM over [T, 2, 3] from a state that is not 0, with lengths. */
const masked = trace('masked', (t) => {
  const x = t.input('x', 'float', ['T', 2, 3])
  const weights = [t.input('w', 'float', [8, 3]), t.input('wh', 'float', [8, 2])] as const
  const states = [t.input('h', 'float', [2, 2]), t.input('c', 'float', [2, 2])] as const
  const [steps] = t.emit('iota', [], { shape: ['T'], axis: 0 })
  const lengths = reshape(t.input('lengths', 'int', [2]), [1, 2])
  const [isReal] = t.emit('less', [reshape(steps!, ['T', 1]), lengths], {})
  const projected = matmul(x, weights[0], { transposeB: true })
  const [all] = t.emit('lstm', [projected, weights[1], ...states, isReal!], { reverse: false })
  return { last: t.emit('slice', [all!], { starts: ['T-1', 0, 0], sizes: [1, 2, 2] })[0]! }
})

/** The states of an LSTM of one row over [T, 1, 3]. */
function plain(x: Tensor, bias: readonly number[]): Tensor {
  const t = x.trace
  const state = t.input('h', 'float', [1, 2])
  const projected = matmul(x as Tensor<'float'>, t.input('w', 'float', [8, 3]), { transposeB: true })
  const biased = add(projected, t.input('b', 'float', bias))
  return t.emit('lstm', [biased, t.input('wh', 'float', [8, 2]), state, state], { reverse: false })[0]!
}

describe('recurrentPattern', () => {
  it.each([
    [3, 2],
    [1, 0],
    [-1, 7],
  ])('ends with the lengths %d and %d as the layer does', async (...lengths) => {
    expect(opsOf(masked).LSTM).toBe(1)
    await expectAsReference(masked, {
      ...{ x: floats([3, 2, 3], 1), w: floats([8, 3], 2), wh: floats([8, 2], 3) },
      ...{ h: floats([2, 2], 4), c: floats([2, 2], 5), lengths: hostArray('int', [2], lengths) },
    })
  })

  it('wants a bias for each gate', async () => {
    const graph = (bias: number) =>
      trace('biased', (t) => ({ y: plain(t.input('x', 'float', ['T', 1, 3]), [bias]) }))
    expect(opsOf(graph(8)).LSTM).toBe(1)
    expect(opsOf(graph(1)).LSTM).toBeUndefined()
    await expectAsReference(graph(1), {
      ...{ x: floats([3, 1, 3], 1), w: floats([8, 3], 2), wh: floats([8, 2], 3) },
      ...{ h: floats([1, 2], 4), b: floats([1], 5) },
    })
  })

  it('looks into loops, too', async () => {
    const graph = trace('nested', (t) => {
      const y = plain(t.input('x', 'float', ['T', 1, 3]), [8])
      const weight = t.input('wh2', 'float', [8, 2])
      const state = t.input('h2', 'float', [1, 2])
      const xs = t.input('xs', 'float', ['n', 'T', 1, 8])
      const { z } = scan('loop', t, { carry: {}, xs: { x: xs } }, (_, { x }) => {
        const [z] = x.trace.emit('lstm', [x, weight, state, state], { reverse: false })
        return { carry: {}, ys: { z: z as Tensor<'float'> } }
      }).ys
      return { y, z }
    })
    await expectAsReference(graph, {
      ...{ x: floats([3, 1, 3], 1), w: floats([8, 3], 2), wh: floats([8, 2], 3), h: floats([1, 2], 4) },
      ...{ b: floats([8], 5), wh2: floats([8, 2], 6), h2: floats([1, 2], 7), xs: floats([2, 3, 1, 8], 8) },
    })
  })
})
