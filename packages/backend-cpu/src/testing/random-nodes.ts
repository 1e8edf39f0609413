import {
  abs,
  argMax,
  broadcast,
  concat,
  constant,
  type Dim,
  dynamicSlice,
  dynamicUpdate,
  expandDims,
  flip,
  full,
  gather,
  gatherAlong,
  iota,
  type Kind,
  logSoftmax,
  matmul,
  max,
  mergeAxes,
  min,
  pad,
  reduceMax,
  reduceMin,
  reduceSum,
  reshape,
  scan,
  scatterAdd,
  scatterAlong,
  size,
  slice,
  softmax,
  squeeze,
  type Tensor,
  tanh,
  transpose,
} from '@dragoman/core'
import { type Builder, dims, floatOf, type Known, type Maker, magnitudeLimit } from './graph-builder.ts'
import { arithmetic, choice, comparison, conversion, logic, rounding, unary } from './random-elementwise.ts'

/** Views: what moves elements and changes none. */
function movement(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.any(() => true)
  if (!x) return undefined
  const { tensor } = x
  const { rank } = tensor
  const moves: (() => Tensor)[] = [
    () => transpose(tensor, random.shuffled(tensor.shape.map((_, axis) => axis))),
    () => expandDims(tensor, random.int(0, rank + 1)),
    () =>
      broadcast(tensor, [
        random.pick(dims),
        ...tensor.shape.map((dim) => (dim === 1 ? random.pick(dims) : dim)),
      ]),
    () =>
      broadcast(
        tensor,
        tensor.shape.map((dim) => (dim === 1 ? random.pick(dims) : dim)),
      ),
  ]
  if (rank > 0) {
    moves.push(
      () => flip(tensor, [builder.axisOf(tensor)]),
      () =>
        reshape(tensor, [tensor.shape.reduce<Dim>((a, b) => (a === 1 ? b : b === 1 ? a : `${a}*${b}`), 1)]),
    )
    const cuttable = [...tensor.shape.keys()].filter((axis) => typeof tensor.shape[axis] === 'number')
    if (cuttable.length > 0) {
      const axis = random.pick(cuttable)
      const whole = tensor.shape[axis] as number
      const start = random.int(0, whole + 1)
      moves.push(() => slice(tensor, axis, start, random.int(0, whole - start + 1)))
    }
    const single = tensor.shape.indexOf(1)
    if (single >= 0) moves.push(() => squeeze(tensor, single))
  }
  if (rank > 1) {
    moves.push(
      () => transpose(tensor),
      () => mergeAxes(tensor, random.int(0, rank - 1)),
    )
  }
  return { ...x, tensor: random.pick(moves)() }
}

function padding(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.any(() => true)
  if (!x) return undefined
  const amounts = () => x.tensor.shape.map(() => random.int(0, 3))
  const value = x.tensor.kind === 'bool' ? 1 : random.int(-1, 3)
  return { ...x, tensor: pad(x.tensor, amounts(), amounts(), value), magnitude: x.magnitude + 2 }
}

function joining(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.any((value) => value.tensor.rank > 0)
  if (!x) return undefined
  const axis = builder.axisOf(x.tensor)
  const fits = (other: Known) =>
    other.tensor.kind === x.tensor.kind &&
    other.tensor.rank === x.tensor.rank &&
    other.tensor.shape.every((dim, i) => i === axis || dim === x.tensor.shape[i])
  const parts = Array.from({ length: random.int(2, 4) }, () => builder.any(fits)!)
  const tensor = concat(
    [x, ...parts].map((part) => part.tensor),
    axis,
  )
  const magnitude = Math.max(x.magnitude, ...parts.map((part) => part.magnitude))
  return { tensor, magnitude, isExact: x.isExact && parts.every((part) => part.isExact) }
}

function reduction(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.any((value) => value.tensor.kind !== 'bool' && value.tensor.rank > 0)
  if (!x) return undefined
  const tensor = x.tensor as Tensor<'int'>
  const axes = tensor.shape.map((_, axis) => axis).filter(() => random.chance(0.5))
  const options = { axes, keepDims: random.chance(0.5) }
  const choices = [
    () =>
      floatOf(reduceSum(tensor, options), x.magnitude * 12, x.isExact && tensor.kind !== ('float' as Kind)),
    // Of nothing the largest is −Inf, which would spread; of something it is as exact as x.
    () => floatOf(max(reduceMax(tensor, options), -40), x.magnitude + 40, x.isExact),
    () => floatOf(min(reduceMin(tensor, options), 40), x.magnitude + 40, x.isExact),
    () => (x.isExact ? floatOf(argMax(tensor, builder.axisOf(tensor)), 12, true) : undefined),
  ]
  return random.pick(choices)()
}

function product(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.float((value) => value.tensor.rank >= 2)
  if (!x) return undefined
  const transposeA = random.chance(0.4)
  const transposeB = random.chance(0.4)
  const inner = x.tensor.size(transposeA ? -2 : -1)
  const y = builder.float(
    (value) => value.tensor.rank >= 2 && value.tensor.size(transposeB ? -1 : -2) === inner,
  )
  if (!y) return undefined
  const tensor = matmul(x.tensor, y.tensor, { transposeA, transposeB })
  return floatOf(tensor, x.magnitude * y.magnitude * 5)
}

/** Ids of any int, folded into 0…count-1. */
function idsFrom(builder: Builder, count: number): Tensor<'int'> | undefined {
  const x = builder.any((value) => value.tensor.kind === 'int') as Known<'int'> | undefined
  return x && min(abs(x.tensor), count - 1)
}

function indexing(builder: Builder): Known | undefined {
  const { random, place } = builder
  const x = builder.any((value) => value.tensor.rank > 0)
  if (!x) return undefined
  const axis = builder.axisOf(x.tensor)
  const dim = x.tensor.shape[axis]!
  const count = typeof dim === 'number' ? dim : 1
  if (count < 1) return undefined
  const ids = idsFrom(builder, count)
  const start = constant(place, 'int', [], [random.int(-2, 6)])
  const along = () => {
    const shape = x.tensor.shape.map((own, i) => (i === axis ? random.int(0, 4) : own))
    return random.chance(0.5) ? min(iota(place, shape, axis), count - 1) : full(place, 'int', shape, 0)
  }
  const window = Math.min(count, random.int(1, 4))
  const updates = x as Known<'float'>
  const choices: (() => Known | undefined)[] = [
    () => ids && { ...x, tensor: gather(x.tensor, ids, axis) },
    () => ({ ...x, tensor: gatherAlong(x.tensor, along(), axis) }),
    () => ({ ...x, tensor: dynamicSlice(x.tensor, start, axis, window) }),
    () => ({ ...x, tensor: dynamicUpdate(x.tensor, slice(x.tensor, axis, 0, window), start, axis) }),
  ]
  if (x.tensor.kind !== 'bool') {
    choices.push(
      () => {
        const rows = min(iota(place, [dim]), 2)
        return { ...x, tensor: scatterAdd(rows, updates.tensor, axis, 3), magnitude: x.magnitude * 8 }
      },
      () => {
        const rows = min(iota(place, x.tensor.shape, axis), 2)
        return { ...x, tensor: scatterAlong(rows, updates.tensor, axis, 3), magnitude: x.magnitude * 8 }
      },
    )
  }
  const made = random.pick(choices)()
  // Sums of floats round.
  return made && made.magnitude > x.magnitude && x.tensor.kind === 'float'
    ? { ...made, isExact: false }
    : made
}

function composite(builder: Builder): Known | undefined {
  const x = builder.float((value) => value.tensor.rank > 0 && value.magnitude < 20)
  if (!x) return undefined
  return builder.random.chance(0.5)
    ? floatOf(softmax(x.tensor), 1)
    : floatOf(logSoftmax(x.tensor), 2 * x.magnitude + 3)
}

function source(builder: Builder): Known {
  const { random, place } = builder
  const shape = builder.shape(2)
  if (random.chance(0.3)) return { tensor: size(place, random.pick(dims)), magnitude: 5, isExact: true }
  if (random.chance(0.5) || shape.length === 0) {
    const data = Array.from({ length: 3 }, () => random.int(-4, 5) / 2)
    return { tensor: constant(place, 'float', [3], data), magnitude: 2, isExact: true }
  }
  return { tensor: iota(place, shape, random.int(0, shape.length)), magnitude: 5, isExact: true }
}

/** A loop over one or two values, with carries that may swap, and ys that may be anything the body knows. */
function loop(builder: Builder): Known | undefined {
  const { random, place } = builder
  if (!builder.mayLoop) return undefined
  const x = builder.any((value) => value.tensor.rank > 0)
  const start = builder.float((value) => value.magnitude < 10)
  if (!x || !start) return undefined
  const shape = start.tensor.shape
  const other = builder.partner('float', shape, (value) => value.magnitude < 10)
  const second = broadcast(other.tensor, shape)
  const captured = builder.any(() => true)!
  const isExact = false
  const { carry, ys } = scan(
    'loop',
    place,
    { carry: { first: start.tensor, second }, xs: { x: x.tensor }, reverse: random.chance(0.5) },
    (carries, entry) => {
      const body = builder.inner(carries.first.trace)
      body.values.push(
        { tensor: carries.first, magnitude: 10, isExact },
        { tensor: carries.second, magnitude: 10, isExact },
        { ...x, tensor: entry.x },
        captured,
      )
      body.grow(random.int(2, 14))
      const keeps = (value: Known) =>
        value.tensor.kind === 'float' && value.tensor.shape.join() === shape.join()
      const next = () => {
        const value = body.any(keeps)!.tensor as Tensor<'float'>
        return random.chance(0.5) ? value : tanh(value)
      }
      const swap = random.chance(0.2)
      return {
        carry: {
          first: swap ? carries.second : next(),
          second: swap ? carries.first : next(),
        },
        ys: {
          y: body.any(() => true)!.tensor,
          z: body.any((value) => value.tensor.kind === 'float')!.tensor,
        },
      }
    },
  )
  // Within the body magnitudes stay below the limit; which y it is does not matter here.
  builder.values.push({ tensor: carry.second, magnitude: magnitudeLimit, isExact })
  builder.values.push({ tensor: ys.z as Tensor, magnitude: magnitudeLimit, isExact })
  if (ys.y.kind !== 'float')
    builder.values.push({ tensor: ys.y as Tensor, magnitude: magnitudeLimit, isExact: true })
  return { tensor: carry.first, magnitude: magnitudeLimit, isExact }
}

/** What a graph is made of; what stands there more often is more frequent. */
export const makers: readonly Maker[] = [
  unary,
  unary,
  arithmetic,
  arithmetic,
  arithmetic,
  comparison,
  logic,
  choice,
  conversion,
  rounding,
  movement,
  movement,
  movement,
  movement,
  padding,
  joining,
  joining,
  reduction,
  reduction,
  product,
  product,
  indexing,
  indexing,
  composite,
  source,
  loop,
]
