import type {
  Bindings,
  Graph,
  Kind,
  PrimitiveName,
  PrimitiveTable,
  Shape,
  Tensor,
  Trace,
} from '@dragoman/core'
import * as core from '@dragoman/core'
import { evaluateShape, trace } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { Generator } from '../generator.ts'
import { expectSample } from './op-sample.ts'

type F = Tensor<'float'>
type Int = Tensor<'int'>
type Bool = Tensor<'bool'>

/** An operand whose sizes have names; ints and floats are drawn from `low` to `high`. */
interface Operand {
  readonly kind: Kind
  readonly shape: Shape
  readonly low: number
  readonly high: number
}

/** An op whose sizes are bound by each run. Axes count from the end where the function takes that. */
interface NamedSample {
  readonly operands: readonly Operand[]
  readonly build: (operands: readonly F[], place: Trace) => Tensor
}

const operand = (kind: Kind, shape: Shape, low = -4, high = 4): Operand => ({ kind, shape, low, high })
const float = (...shape: Shape) => operand('float', shape)
const bool = (...shape: Shape) => operand('bool', shape)
const positive = (...shape: Shape) => operand('float', shape, 1, 4)
const index = (size: number, ...shape: Shape) => operand('int', shape, 0, size - 1)

const matrix = float('batch', 'time')
const asInt = (x: F | undefined) => x as unknown as Int
const asBool = (x: F | undefined) => x as unknown as Bool

const unary = (apply: (x: F) => Tensor, x: Operand = matrix): NamedSample => ({
  operands: [x],
  build: ([a]) => apply(a!),
})
const binary = (apply: (a: F, b: F) => Tensor, right: Operand = float('time')): NamedSample => ({
  operands: [matrix, right],
  build: ([a, b]) => apply(a!, b!),
})
const logical = (apply: (a: Bool, b: Bool) => Tensor): NamedSample => ({
  operands: [bool('batch', 1), bool(1, 'time')],
  build: ([a, b]) => apply(asBool(a), asBool(b)),
})

const samples: PrimitiveTable<NamedSample> = {
  neg: unary(core.neg),
  abs: unary(core.abs),
  sign: unary(core.sign),
  floor: unary(core.floor),
  exp: unary(core.exp),
  log: unary(core.log, positive('batch', 'time')),
  sqrt: unary(core.sqrt, positive('batch', 'time')),
  tanh: unary(core.tanh),
  sigmoid: unary(core.sigmoid),
  erf: unary(core.erf),
  sin: unary(core.sin),
  cos: unary(core.cos),
  not: unary((x) => core.not(asBool(x)), bool('batch', 'time')),
  cast: unary((x) => core.cast(x, 'int')),
  add: binary(core.add),
  sub: binary(core.sub, float('batch', 1)),
  mul: binary(core.mul, float(1, 'time')),
  div: binary(core.div, positive('time')),
  pow: { operands: [positive('batch', 'time'), float('time')], build: ([a, b]) => core.pow(a!, b!) },
  max: binary(core.max),
  min: binary(core.min, float()),
  equal: binary((a, b) => core.equal(core.floor(a), core.floor(b))),
  less: binary(core.less),
  lessEqual: binary(core.lessEqual),
  and: logical(core.and),
  or: logical(core.or),
  select: {
    operands: [bool('batch', 1), matrix, float('time')],
    build: ([condition, a, b]) => core.select(asBool(condition), a!, b!),
  },
  constant: unary((x) => core.add(x, core.constant(x, 'float', [1, 1], [0.5]))),
  iota: { operands: [matrix], build: ([x]) => core.iota(x!, ['batch', 'time'], 1) },
  size: { operands: [matrix], build: ([x]) => core.size(x!, 'batch*time') },
  reshape: unary((x) => core.reshape(x, ['batch*time'])),
  transpose: unary((x) => core.transpose(x)),
  broadcast: unary((x) => core.broadcast(x, [2, 'batch', 'time']), matrix),
  slice: unary((x) => core.slice(x, -1, 1, 'time-1')),
  pad: unary((x) => core.pad(x, [1, 0], [0, 2], 1)),
  concat: binary((a, b) => core.concat([a, b, a], 1), float('batch', 3)),
  flip: unary((x) => core.flip(x, [1])),
  gather: {
    operands: [float('time', 5), index(5, 'batch')],
    build: ([table, ids]) => core.gather(table!, asInt(ids), 1),
  },
  scatterAdd: {
    operands: [index(4, 'batch'), matrix],
    build: ([ids, updates]) => core.scatterAdd(asInt(ids), updates!, 0, 4),
  },
  gatherAlong: {
    operands: [float('batch', 5), index(5, 'batch', 'time')],
    build: ([x, ids]) => core.gatherAlong(x!, asInt(ids), 1),
  },
  scatterAlong: {
    operands: [index(4, 'batch', 'time'), matrix],
    build: ([ids, updates]) => core.scatterAlong(asInt(ids), updates!, 1, 4),
  },
  dynamicSlice: {
    operands: [float('batch', 5), index(4)],
    build: ([x, start]) => core.dynamicSlice(x!, asInt(start), 1, 2),
  },
  dynamicUpdate: {
    operands: [float('batch', 5), float('batch', 2), index(4)],
    build: ([x, update, start]) => core.dynamicUpdate(x!, update!, asInt(start), 1),
  },
  reduceSum: unary((x) => core.reduceSum(x, { axes: [-1] })),
  reduceMax: unary((x) => core.reduceMax(x, { axes: [-2] })),
  reduceMin: unary((x) => core.reduceMin(x, { axes: [-1, -2] })),
  argMax: unary((x) => core.argMax(x, -1), float('batch', 3)),
  matmul: {
    operands: [float('batch', 2, 'time'), float('time', 3)],
    build: ([a, b]) => core.matmul(a!, b!),
  },
  scan: {
    operands: [float('time', 'batch'), float('batch')],
    build: ([x, h]) =>
      core.scan('sums', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => {
        const next = core.max(core.neg(now.h), at.x)
        return { carry: { h: next }, ys: { next } }
      }).ys.next,
  },
}

/** Sizes of one run after another of the same program: larger, smaller, none, and the first once more. */
const runs: readonly Bindings[] = [
  { batch: 2, time: 3 },
  { batch: 4, time: 1 },
  { batch: 1, time: 9 },
  { batch: 0, time: 2 },
  { batch: 2, time: 3 },
]

function graphOf(op: PrimitiveName, { operands, build }: NamedSample): Graph {
  return trace(op, (place) => {
    const inputs = operands.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape) as F)
    return { 'result 0': build(inputs, place) }
  })
}

function draw(from: Generator, { kind, shape, low, high }: Operand, bindings: Bindings) {
  const sizes = evaluateShape(shape, bindings)
  if (kind === 'bool') return from.bools(sizes)
  return kind === 'int' ? from.ints(sizes, low, high) : from.floats(sizes, low, high)
}

/** Every primitive with sizes by name: one program for runs of several sizes. */
export function namedSizeCases(): ConformanceCase[] {
  return (Object.keys(samples) as PrimitiveName[]).map((op) => {
    const sample = samples[op]
    const body = async (context: CaseContext) => {
      const graph = graphOf(op, sample)
      const from = new Generator(1, `sizes of ${op}`)
      for (const bindings of runs) {
        const arrays = sample.operands.map((each, i) => [`${i}`, draw(from, each, bindings)])
        const given: Arrays = Object.fromEntries(arrays)
        await expectSample(context, op, graph, given, await context.run(graph, given))
      }
    }
    return conformanceCase('ops', `${op} with sizes by name, run after run`, body, { ops: [op] })
  })
}
