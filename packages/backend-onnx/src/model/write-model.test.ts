import {
  adamUpdate,
  add,
  argMax,
  broadcast,
  constant,
  dynamicUpdate,
  type Graph,
  gather,
  lower,
  matmul,
  mul,
  reduceSum,
  relu,
  reshape,
  scan,
  scatterAdd,
  slice,
  softmax,
  trace,
  transpose,
} from '@dragoman/core'
import { type HostArray, hostArray, UnsupportedOpError } from '@dragoman/core/backend'
import { describe, expect, it } from 'vitest'
import { countOps, readModel } from '../testing/read-model.ts'
import { runModel } from '../testing/run-model.ts'
import { onnxComposites, type WriteOptions, writeModel } from './index.ts'

const floats = (shape: readonly number[], ...data: number[]): HostArray => hostArray('float', shape, data)

function written(graph: Graph, options?: WriteOptions) {
  return writeModel(lower(graph, onnxComposites).graph, options)
}

function opsOf(graph: Graph, options?: WriteOptions): Record<string, number> {
  return countOps(readModel(written(graph, options).bytes).graph)
}

const affine = trace('affine', (t) => {
  const x = t.input('x', 'float', ['batch', 3])
  const weight = t.input('weight', 'float', [2, 3])
  return { x: add(matmul(x, weight, { transposeB: true }), t.input('bias', 'float', [2])) }
})

describe('the model', () => {
  it('says what it is', () => {
    const { irVersion, producer, operatorSets, documentation, metadata, graph } = readModel(
      written(affine, { documentation: 'x Wᵀ + b', metadata: { made: 'here' } }).bytes,
    )
    expect({ irVersion, producer, operatorSets }).toEqual({
      irVersion: 8,
      producer: 'dragoman',
      operatorSets: { '': 18 },
    })
    expect({ documentation, metadata, name: graph.name }).toEqual({
      documentation: 'x Wᵀ + b',
      metadata: { made: 'here' },
      name: 'affine',
    })
  })

  it('names ports and dims; an output with the name of an input is the next one', () => {
    const { inputs, outputs } = readModel(written(affine).bytes).graph
    expect(inputs).toEqual([
      { name: 'x', type: 1, dims: ['batch', 3] },
      { name: 'weight', type: 1, dims: [2, 3] },
      { name: 'bias', type: 1, dims: [2] },
    ])
    expect(outputs).toEqual([{ name: 'next.x', type: 1, dims: ['batch', 2] }])
    expect(written(affine).outputs).toEqual([
      { name: 'x', onnxName: 'next.x', kind: 'float', shape: ['batch', 2] },
    ])
  })

  it('makes initializers of constants', async () => {
    const weight = floats([2, 3], 1, 0, 0, 0, 1, 0)
    const model = written(affine, { constants: { weight } })
    expect(readModel(model.bytes).graph.initializers).toEqual(['weight'])
    expect(model.inputs.map(({ name }) => name)).toEqual(['x', 'bias'])
    const results = await runModel(model, { x: floats([1, 3], 5, 6, 7), bias: floats([2], 10, 20) })
    expect(results.x).toEqual({ kind: 'float', shape: [1, 2], data: [15, 26] })
  })

  it('gives inputs, and one value under two names', async () => {
    const graph = trace('same', (t) => {
      const x = t.input('x', 'float', [2])
      const y = add(x, x)
      return { input: x, first: y, second: y }
    })
    const results = await runModel(written(graph), { x: floats([2], 1, 2) })
    expect(Object.values(results).map(({ data }) => data)).toEqual([
      [1, 2],
      [2, 4],
      [2, 4],
    ])
  })

  it('says that it does not take a composite whole', () => {
    const graph = trace('lstm', (t) => {
      const x = t.input('x', 'float', [2, 1, 4])
      const zero = t.input('zero', 'float', [1, 1])
      return { y: t.emit('lstm', [x, t.input('w', 'float', [4, 1]), zero, zero], { reverse: false })[0]! }
    })
    const write = () => writeModel(graph, { backend: 'mine' })
    expect(write).toThrow(UnsupportedOpError)
    expect(write).toThrow('mine: lstm: not supported')
  })
})

describe('operators', () => {
  it('are few: a product with its bias is one, and so is a rectifier', () => {
    expect(opsOf(affine)).toEqual({ Gemm: 1 })
    const graph = trace('relu', (t) => ({ y: relu(t.input('x', 'float', ['n'])) }))
    expect(opsOf(graph)).toEqual({ Max: 1 })
  })

  it('of a product with rows of a batch are those of one matrix', () => {
    const graph = trace('linear', (t) => {
      const x = t.input('x', 'float', ['batch', 'time', 3])
      const product = matmul(x, t.input('weight', 'float', [2, 3]), { transposeB: true })
      return { y: add(product, t.input('bias', 'float', [2])) }
    })
    expect(opsOf(graph)).toEqual({ Reshape: 2, Gemm: 1, Shape: 2, Concat: 1 })
    // ONNX Runtime turns a constant weight once.
    const constants = { weight: floats([2, 3], 1, 2, 3, 4, 5, 6) }
    expect(opsOf(graph, { constants, dialect: 'runtime' })).toEqual({ Transpose: 1, MatMul: 1, Add: 1 })
  })

  it('compute sizes once, and only those that are no literals', () => {
    const graph = trace('sizes', (t) => {
      const x = t.input('x', 'float', ['batch', 'time', 4])
      const merged = reshape(x, ['batch*time', 4])
      const heads = reshape(x, ['batch', 'time', 2, 2])
      const rest = slice(x, 1, 1, 'time-1')
      return { merged, heads, rest, again: reshape(add(merged, 1), ['batch', 'time', 4]) }
    })
    expect(opsOf(graph)).toEqual({ Reshape: 3, Slice: 1, Add: 1, Shape: 2, Concat: 1 })
  })

  it('broadcast by themselves', () => {
    const graph = trace('broadcast', (t) => {
      const x = t.input('x', 'float', ['batch', 3])
      return { y: mul(x, broadcast(t.input('scale', 'float', [3]), ['batch', 3])) }
    })
    expect(opsOf(graph)).toEqual({ Mul: 1 })
  })
})

describe('loops', () => {
  const loop = trace('loop', (t) => {
    const x = t.input('x', 'float', ['time', 2])
    const weight = t.input('weight', 'float', [2, 2])
    const { carry, ys } = scan(
      'sum',
      t,
      { carry: { total: t.input('start', 'float', [2]) }, xs: { x }, reverse: true },
      ({ total }, step) => {
        const next = add(total, add(step.x, reduceSum(transpose(weight), { axes: [0] })))
        return { carry: { total: next }, ys: { before: total } }
      },
    )
    return { total: carry.total, before: ys.before }
  })
  const weight = floats([2, 2], 1, 1, 10, 10)

  it('compute before them what is the same in each step', () => {
    const { nodes } = readModel(written(loop).bytes).graph
    const steps = nodes.find(({ op }) => op === 'If')!.bodies.then_branch!
    const body = steps.nodes[0]!.bodies.body!
    expect(nodes.map(({ op }) => op)).toContain('ReduceSum')
    expect(body.nodes.map(({ op }) => op)).toEqual(['Add', 'Add', 'Identity'])
  })

  it('run backwards, and not at all where there are no steps', async () => {
    const model = written(loop)
    const start = floats([2], 0, 0)
    const two = await runModel(model, { x: floats([2, 2], 1, 2, 3, 4), start, weight })
    // A step adds its x and the sums of the rows of the weight, 2 and 20.
    expect(two.total!.data).toEqual([1 + 3 + 2 * 2, 2 + 4 + 2 * 20])
    expect(two.before).toEqual({ kind: 'float', shape: [2, 2], data: [3 + 2, 4 + 20, 0, 0] })
    const none = await runModel(model, { x: floats([0, 2]), start: floats([2], 7, 8), weight })
    expect(none.total!.data).toEqual([7, 8])
    expect(none.before!.shape).toEqual([0, 2])
  })

  it('count steps where they have nothing to read', async () => {
    const graph = trace('count', (t) => {
      t.input('x', 'float', ['time'])
      const one = constant(t, 'int', [], [1])
      const { carry } = scan('count', t, { carry: { n: one }, xs: {}, length: 'time' }, ({ n }) => ({
        carry: { n: add(n, n) },
        ys: {},
      }))
      return { n: carry.n }
    })
    const { n } = await runModel(written(graph), { x: floats([5], 0, 0, 0, 0, 0) })
    expect(n!.data).toEqual([32])
  })
})

describe('what ONNX Runtime does otherwise', () => {
  it('negative ids are refused, not counted from the end', async () => {
    const graph = trace('gather', (t) => ({
      y: gather(t.input('table', 'float', [3]), t.input('ids', 'int', ['n'])),
      z: scatterAdd(t.input('at', 'int', ['n']), t.input('x', 'float', ['n']), 0, 3),
    }))
    const run = (id: number, at: number) =>
      runModel(written(graph), {
        table: floats([3], 1, 2, 3),
        ids: hostArray('int', [1], [id]),
        at: hostArray('int', [1], [at]),
        x: floats([1], 4),
      })
    const { y, z } = await run(2, 1)
    expect([y!.data, z!.data]).toEqual([[3], [0, 4, 0]])
    await expect(run(-1, 0)).rejects.toThrow('out of data bounds')
    await expect(run(0, -1)).rejects.toThrow('invalid indice')
  })

  it('NaN is the largest, wherever it stands', async () => {
    const graph = trace('argMax', (t) => ({ y: argMax(t.input('x', 'float', [2, 3]), 1) }))
    const { y } = await runModel(written(graph), {
      x: floats([2, 3], Number.POSITIVE_INFINITY, Number.NaN, 1, 0, 5, 5),
    })
    expect(y!.data).toEqual([1, 1])
  })

  it('a row of −Inf alone has no weights', async () => {
    const graph = trace('softmax', (t) => ({ y: softmax(t.input('x', 'float', [2, 2])) }))
    const inf = Number.POSITIVE_INFINITY
    const { y } = await runModel(written(graph), { x: floats([2, 2], -inf, -inf, -inf, 3) })
    expect(y!.data).toEqual([0, 0, 0, 1])
  })

  it('windows are moved so that they fit', async () => {
    const graph = trace('update', (t) => {
      const x = t.input('x', 'int', ['n'])
      const start = t.input('start', 'int', [])
      return {
        one: dynamicUpdate(x, constant(t, 'int', [1], [9]), start, 0),
        two: dynamicUpdate(x, constant(t, 'int', [2], [8, 9]), start, 0),
      }
    })
    const run = (start: number) =>
      runModel(written(graph), {
        x: hostArray('int', [3], [1, 2, 3]),
        start: hostArray('int', [], [start]),
      })
    const [low, high] = [await run(-5), await run(5)]
    expect([low.one!.data, low.two!.data]).toEqual([
      [9, 2, 3],
      [8, 9, 3],
    ])
    expect([high.one!.data, high.two!.data]).toEqual([
      [1, 2, 9],
      [1, 8, 9],
    ])
  })
})

describe('Adam', () => {
  const update = { beta1: 0.5, beta2: 0.75, epsilon: 0, weightDecay: 0, decoupled: false }
  const graph = trace('adam', (t) => {
    const scalars = {
      learningRate: t.input('learningRate', 'float', []),
      correction1: t.input('correction1', 'float', []),
      correction2: t.input('correction2', 'float', []),
      gradientScale: t.input('gradientScale', 'float', []),
    }
    const outputs = ['a', 'b', 'c'].map((name, i) => {
      const shape = i === 2 ? [200, 50] : [i + 1]
      const input = (slot: string) => t.input(`${slot}.${name}`, 'float', shape)
      const tensors = { parameter: input('p'), gradient: input('g'), m: input('m'), v: input('v') }
      return adamUpdate({ ...tensors, ...scalars }, update)
    })
    return Object.fromEntries(
      outputs.flatMap(({ parameter, v }, i) => [
        [`p${i}`, parameter],
        [`v${i}`, v],
      ]),
    )
  })
  const full = (shape: readonly number[], x: number) =>
    hostArray('float', shape, new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(x))
  const inputs = (gradient: number, scale: number) => {
    const tensors = [[1], [2], [200, 50]].flatMap((shape, i) => {
      const name = 'abc'[i]!
      const slots = { p: full(shape, 10), g: full(shape, gradient), m: full(shape, 0), v: full(shape, 4) }
      return Object.entries(slots).map(([slot, array]) => [`${slot}.${name}`, array] as const)
    })
    const scalars = { learningRate: 1, correction1: 0.5, correction2: 1, gradientScale: scale }
    return {
      ...Object.fromEntries(tensors),
      ...Object.fromEntries(Object.entries(scalars).map(([name, x]) => [name, full([], x)])),
    }
  }

  it('updates small parameters together', () => {
    const ops = opsOf(graph)
    // One of the scalar, one of both small parameters, one of the large one.
    expect(ops.Sqrt).toBe(3)
    expect(ops.Split).toBe(2)
    expect(ops.If).toBe(1)
  })

  it('follows the scaled gradient', async () => {
    // g = 2 · 3 = 6: m = 3, v = 0.75 · 4 + 0.25 · 36 = 12, p = 10 − (1 / 0.5) · 3 / √12.
    const results = await runModel(written(graph), inputs(2, 3))
    for (const i of [0, 1, 2]) {
      expect(results[`p${i}`]!.data.at(-1)).toBeCloseTo(10 - 6 / Math.sqrt(12), 5)
      expect(results[`v${i}`]!.data.at(-1)).toBeCloseTo(12, 5)
    }
  })

  it('knows no gradient where the scale is 0, even of NaN', async () => {
    const results = await runModel(written(graph), inputs(Number.NaN, 0))
    for (const i of [0, 1, 2]) {
      expect(new Set(results[`p${i}`]!.data)).toEqual(new Set([10]))
      expect(new Set(results[`v${i}`]!.data)).toEqual(new Set([3]))
    }
  })
})
