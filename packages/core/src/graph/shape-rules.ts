import type { Dim, Shape } from './dims.ts'
import { addDims, formatShape, isSize, sizeOf, subDims } from './dims.ts'
import type { Kind, ValueType } from './graph.ts'
import type { PrimitiveName } from './ops.ts'
import type { Fail, ShapeRule } from './rule.ts'
import { broadcastShapes, expectAxis, expectKind, expectRank, expectSameKind, expectShape } from './rule.ts'

function unary<O extends PrimitiveName>(...kinds: Kind[]): ShapeRule<O> {
  return {
    operands: 'x',
    infer([x], _, fail) {
      expectKind(x!, kinds, fail)
      return [x!]
    },
  }
}

function binary<O extends PrimitiveName>(kinds: Kind[], result?: Kind): ShapeRule<O> {
  return {
    operands: 'left right',
    infer(inputs, _, fail) {
      for (const input of inputs) expectKind(input, kinds, fail)
      expectSameKind(inputs, fail)
      const shape = broadcastShapes(
        inputs.map((input) => input.shape),
        fail,
      )
      return [{ kind: result ?? inputs[0]!.kind, shape }]
    },
  }
}

function reduction<O extends 'reduceSum' | 'reduceMax' | 'reduceMin'>(): ShapeRule<O> {
  return {
    operands: 'x',
    infer([x], { axes, keepDims }, fail) {
      expectKind(x!, ['float', 'int'], fail)
      for (const axis of axes) expectAxis(axis, x!.shape.length, fail)
      if (new Set(axes).size < axes.length) fail(`axes ${axes.join(', ')} repeat`)
      const shape: Dim[] = []
      x!.shape.forEach((dim, axis) => {
        if (!axes.includes(axis)) shape.push(dim)
        else if (keepDims) shape.push(1)
      })
      return [{ kind: x!.kind, shape }]
    },
  }
}

function replaceAxis(shape: Shape, axis: number, ...dims: Dim[]): Dim[] {
  return [...shape.slice(0, axis), ...dims, ...shape.slice(axis + 1)]
}

/** Whether a window certainly does not fit: sizes that depend on symbols are left to the run. */
function exceeds(size: Dim, limit: Dim): boolean {
  const room = subDims(limit, size)
  return typeof room === 'number' && room < 0
}

function expectWindow(starts: Shape, sizes: Shape, shape: Shape, fail: Fail): void {
  if (starts.length !== shape.length || sizes.length !== shape.length) {
    fail(`needs a start and a size for each of ${shape.length} axes`)
  }
  shape.forEach((dim, axis) => {
    if (!isSize(starts[axis]!)) fail(`axis ${axis} would start at ${starts[axis]}`)
    if (!isSize(sizes[axis]!)) fail(`axis ${axis} would have the size ${sizes[axis]}`)
    if (exceeds(addDims(starts[axis]!, sizes[axis]!), dim)) {
      fail(`entries ${starts[axis]} to ${addDims(starts[axis]!, sizes[axis]!)} exceed axis ${axis} of ${dim}`)
    }
  })
}

function expectIds(ids: ValueType, fail: Fail): void {
  if (ids.kind === 'int') return
  fail(`indices must be int, but they are ${ids.kind}`, "cast them: cast(ids, 'int')", 'kind')
}

function expectSize(size: Dim, fail: Fail): void {
  if (!isSize(size)) fail(`the size ${size} is no integer of 0 or more`)
}

/** Whether a literal can be an element: ints have 32 bits, bools are 0 and 1. */
function isElement(kind: Kind, x: number): boolean {
  if (kind === 'bool') return x === 0 || x === 1
  return kind === 'float' || (x | 0) === x
}

function expectSameBut(axis: number, name: string, other: ValueType, x: ValueType, fail: Fail): void {
  expectRank(name, other, x.shape.length, fail)
  expectAxis(axis, x.shape.length, fail)
  expectShape(name, other, replaceAxis(x.shape, axis, other.shape[axis]!), fail)
}

/** What each primitive takes and gives. */
export const shapeRules: { readonly [O in PrimitiveName]: ShapeRule<O> } = {
  constant: {
    operands: '',
    infer(_, { kind, shape, data }, fail) {
      if (data.length !== sizeOf(shape))
        fail(`has ${data.length} elements for a shape of ${formatShape(shape)}`)
      const wrong = data.find((x) => !isElement(kind, x))
      if (wrong !== undefined) fail(`${wrong} is no ${kind}`, undefined, 'kind')
      return [{ kind, shape }]
    },
  },
  iota: {
    operands: '',
    infer(_, { shape, axis }, fail) {
      expectAxis(axis, shape.length, fail)
      return [{ kind: 'int', shape }]
    },
  },
  size: { operands: '', infer: () => [{ kind: 'int', shape: [] }] },

  neg: unary('float', 'int'),
  abs: unary('float', 'int'),
  sign: unary('float', 'int'),
  floor: unary('float'),
  exp: unary('float'),
  log: unary('float'),
  sqrt: unary('float'),
  tanh: unary('float'),
  sigmoid: unary('float'),
  erf: unary('float'),
  sin: unary('float'),
  cos: unary('float'),
  not: unary('bool'),
  cast: { operands: 'x', infer: ([x], { kind }) => [{ kind, shape: x!.shape }] },

  add: binary(['float', 'int']),
  sub: binary(['float', 'int']),
  mul: binary(['float', 'int']),
  div: binary(['float', 'int']),
  pow: binary(['float']),
  max: binary(['float', 'int']),
  min: binary(['float', 'int']),
  equal: binary(['float', 'int', 'bool'], 'bool'),
  less: binary(['float', 'int'], 'bool'),
  lessEqual: binary(['float', 'int'], 'bool'),
  and: binary(['bool']),
  or: binary(['bool']),
  select: {
    operands: 'condition whenTrue whenFalse',
    infer([condition, whenTrue, whenFalse], _, fail) {
      if (condition!.kind !== 'bool') {
        fail(`the condition must be bool, but it is ${condition!.kind}`, undefined, 'kind')
      }
      expectSameKind([whenTrue!, whenFalse!], fail)
      const shape = broadcastShapes([condition!.shape, whenTrue!.shape, whenFalse!.shape], fail)
      return [{ kind: whenTrue!.kind, shape }]
    },
  },

  reshape: {
    operands: 'x',
    infer([x], { shape }, fail) {
      if (sizeOf(shape) !== sizeOf(x!.shape)) {
        fail(`${formatShape(shape)} holds ${sizeOf(shape)} elements, but the operand has ${sizeOf(x!.shape)}`)
      }
      return [{ kind: x!.kind, shape }]
    },
  },
  transpose: {
    operands: 'x',
    infer([x], { permutation }, fail) {
      const rank = x!.shape.length
      if (
        permutation.length !== rank ||
        [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i)
      ) {
        fail(`[${permutation.join(', ')}] is not an order of ${rank} axes`)
      }
      return [{ kind: x!.kind, shape: permutation.map((axis) => x!.shape[axis]!) }]
    },
  },
  broadcast: {
    operands: 'x',
    infer([x], { shape }, fail) {
      const offset = shape.length - x!.shape.length
      if (offset < 0 || x!.shape.some((dim, axis) => dim !== 1 && dim !== shape[axis + offset])) {
        fail(`the operand does not broadcast to ${formatShape(shape)}`)
      }
      return [{ kind: x!.kind, shape }]
    },
  },
  slice: {
    operands: 'x',
    infer([x], { starts, sizes }, fail) {
      expectWindow(starts, sizes, x!.shape, fail)
      return [{ kind: x!.kind, shape: sizes }]
    },
  },
  pad: {
    operands: 'x',
    infer([x], { low, high, value }, fail) {
      const rank = x!.shape.length
      if (low.length !== rank || high.length !== rank) fail(`needs low and high for each of ${rank} axes`)
      for (const size of [...low, ...high]) expectSize(size, fail)
      if (!isElement(x!.kind, value)) fail(`${value} is no ${x!.kind}`, undefined, 'kind')
      const shape = x!.shape.map((dim, axis) => addDims(addDims(low[axis]!, dim), high[axis]!))
      return [{ kind: x!.kind, shape }]
    },
  },
  concat: {
    operands: 'part...',
    infer(inputs, { axis }, fail) {
      if (inputs.length === 0) fail('needs at least one part')
      expectSameKind(inputs, fail)
      const first = inputs[0]!
      let total: Dim = 0
      for (const part of inputs) {
        expectSameBut(axis, 'each part', part, first, fail)
        total = addDims(total, part.shape[axis]!)
      }
      return [{ kind: first.kind, shape: replaceAxis(first.shape, axis, total) }]
    },
  },
  flip: {
    operands: 'x',
    infer([x], { axes }, fail) {
      for (const axis of axes) expectAxis(axis, x!.shape.length, fail)
      return [x!]
    },
  },

  gather: {
    operands: 'table ids',
    infer([table, ids], { axis }, fail) {
      expectIds(ids!, fail)
      expectAxis(axis, table!.shape.length, fail)
      return [{ kind: table!.kind, shape: replaceAxis(table!.shape, axis, ...ids!.shape) }]
    },
  },
  scatterAdd: {
    operands: 'ids updates',
    infer([ids, updates], { axis, size }, fail) {
      expectIds(ids!, fail)
      expectKind(updates!, ['float', 'int'], fail)
      expectSize(size, fail)
      const end = axis + ids!.shape.length
      if (axis < 0 || end > updates!.shape.length) fail(`axis ${axis} and the ids do not fit the updates`)
      const { shape, kind } = updates!
      const expected = [...shape.slice(0, axis), ...ids!.shape, ...shape.slice(end)]
      expectShape('updates', updates!, expected, fail)
      return [{ kind, shape: [...shape.slice(0, axis), size, ...shape.slice(end)] }]
    },
  },
  gatherAlong: {
    operands: 'x ids',
    infer([x, ids], { axis }, fail) {
      expectIds(ids!, fail)
      expectSameBut(axis, 'ids', ids!, x!, fail)
      return [{ kind: x!.kind, shape: ids!.shape }]
    },
  },
  scatterAlong: {
    operands: 'ids updates',
    infer([ids, updates], { axis, size }, fail) {
      expectIds(ids!, fail)
      expectKind(updates!, ['float', 'int'], fail)
      expectSize(size, fail)
      expectAxis(axis, ids!.shape.length, fail)
      expectShape('updates', updates!, ids!.shape, fail)
      return [{ kind: updates!.kind, shape: replaceAxis(ids!.shape, axis, size) }]
    },
  },
  dynamicSlice: {
    operands: 'x start',
    infer([x, start], { axis, size }, fail) {
      expectIds(start!, fail)
      expectShape('start', start!, [], fail)
      expectAxis(axis, x!.shape.length, fail)
      expectSize(size, fail)
      if (exceeds(size, x!.shape[axis]!))
        fail(`a window of ${size} exceeds axis ${axis} of ${x!.shape[axis]}`)
      return [{ kind: x!.kind, shape: replaceAxis(x!.shape, axis, size) }]
    },
  },
  dynamicUpdate: {
    operands: 'x update start',
    infer([x, update, start], { axis }, fail) {
      expectSameKind([x!, update!], fail)
      expectIds(start!, fail)
      expectShape('start', start!, [], fail)
      expectSameBut(axis, 'update', update!, x!, fail)
      if (exceeds(update!.shape[axis]!, x!.shape[axis]!)) fail('the update is larger than what it updates')
      return [x!]
    },
  },

  reduceSum: reduction(),
  reduceMax: reduction(),
  reduceMin: reduction(),
  argMax: {
    operands: 'x',
    infer([x], { axis }, fail) {
      expectKind(x!, ['float', 'int'], fail)
      expectAxis(axis, x!.shape.length, fail)
      if (x!.shape[axis] === 0) fail('has no largest element along an axis of size 0')
      return [{ kind: 'int', shape: replaceAxis(x!.shape, axis) }]
    },
  },

  matmul: {
    operands: 'left right',
    infer([left, right], { transposeA, transposeB }, fail) {
      for (const input of [left!, right!]) {
        expectKind(input, ['float'], fail)
        if (input.shape.length < 2)
          fail('needs operands of rank 2 or more', 'add an axis: reshape or expandDims')
      }
      const [m, k] = matrixDims(left!.shape, transposeA)
      const [k2, n] = matrixDims(right!.shape, transposeB)
      if (k !== k2) {
        const transposed = matrixDims(right!.shape, !transposeB)[0] === k
        fail(
          `inner sizes differ (${k} and ${k2})`,
          transposed ? 'right looks transposed: transpose(right)?' : undefined,
        )
      }
      const batch = broadcastShapes([left!.shape.slice(0, -2), right!.shape.slice(0, -2)], fail)
      return [{ kind: 'float', shape: [...batch, m, n] }]
    },
  },
  scan: {
    operands: 'operand...',
    infer(inputs, { body, carries, xs, length }, fail) {
      const type = (port: { value: number }) => body.values[port.value]!
      if (carries + xs > inputs.length)
        fail(`has ${carries} carries and ${xs} xs, but ${inputs.length} operands`)
      if (body.inputs.length !== inputs.length) {
        fail(`the body takes ${body.inputs.length} inputs, but ${inputs.length} are given`)
      }
      body.inputs.forEach((port, i) => {
        const input = inputs[i]!
        const isX = i >= carries && i < carries + xs
        if (isX && input.shape[0] !== length)
          fail(`x '${port.name}' has ${input.shape[0]} steps, not ${length}`)
        expectShape(
          `'${port.name}'`,
          { ...input, shape: isX ? input.shape.slice(1) : input.shape },
          type(port).shape,
          fail,
        )
        const { kind } = type(port)
        if (input.kind !== kind) fail(`'${port.name}' is ${input.kind}, not ${kind}`, undefined, 'kind')
      })
      return body.outputs.map((port, i) => {
        const { kind, shape } = type(port)
        if (i >= carries) return { kind, shape: [length, ...shape] }
        const before = type(body.inputs[i]!)
        expectShape(`carry '${port.name}' after a step`, { kind, shape }, before.shape, fail)
        if (kind !== before.kind) {
          fail(`carry '${port.name}' turns from ${before.kind} to ${kind}`, undefined, 'kind')
        }
        return { kind, shape }
      })
    },
  },
}

/** Rows and columns of a matrix operand as matmul reads it. */
function matrixDims(shape: Shape, transposed: boolean): [Dim, Dim] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]
  return transposed ? [columns, rows] : [rows, columns]
}
