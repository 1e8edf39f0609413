import type { Tensor } from '@dragoman/core'
import {
  add,
  cast,
  concat,
  equal,
  exp,
  gather,
  less,
  matmul,
  max,
  mul,
  reduceSum,
  scan,
  select,
  sigmoid,
  size,
  slice,
  softmax,
  stack,
  sub,
  tanh,
  transpose,
} from '@dragoman/core'
import { bools, ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase } from './gradient-case.ts'

type F = Tensor<'float'>
const draw = new Generator(1, 'gradients of scan')

/** An Elman step: the shape of most loops. */
const elman = (h: F, x: F, w: F, b: F): F => tanh(add(add(x, matmul(h, w, { transposeB: true })), b))

const weights = () => ({ w: draw.floats([2, 2]), b: draw.floats([2]) })
const sequence = (steps: number) => ({ x: draw.floats([steps, 3, 2]), h: draw.floats([3, 2]), ...weights() })

function elmanCase(
  name: string,
  steps: number,
  reverse: boolean,
  outputs: 'both' | 'carry' | 'ys',
): GradientCase {
  return {
    op: 'scan',
    name,
    inputs: sequence(steps),
    build: ({ x, h, w, b }) => {
      const { carry, ys } = scan(
        'elman',
        x!.trace,
        { carry: { h: h! }, xs: { x: x! }, reverse },
        (now, at) => {
          const next = elman(now.h, at.x, w!, b!)
          return { carry: { h: next }, ys: { states: next, squares: mul(next, at.x) } }
        },
      )
      if (outputs === 'carry') return { last: carry.h }
      return outputs === 'ys'
        ? { states: ys.states }
        : { last: carry.h, states: ys.states, squares: ys.squares }
    },
  }
}

/** Gradients of loops: every way in which a value can enter, stay, and leave. */
export const scanCases: readonly GradientCase[] = [
  elmanCase('forwards, all outputs used', 4, false, 'both'),
  elmanCase('backwards, all outputs used', 4, true, 'both'),
  elmanCase('with ys that nothing uses', 3, false, 'carry'),
  elmanCase('backwards with a carry that nothing uses after it', 3, true, 'ys'),
  elmanCase('of one step', 1, false, 'both'),
  elmanCase('of no step', 0, false, 'both'),
  {
    op: 'scan',
    name: 'with sizes by name',
    inputs: {
      x: { array: draw.floats([3, 2, 2]), dims: ['time', 'batch', 2] },
      h: { array: draw.floats([2, 2]), dims: ['batch', 2] },
      ...weights(),
    },
    build: ({ x, h, w, b }) => {
      const loop = { carry: { h: h! }, xs: { x: x! } }
      const { carry, ys } = scan('elman', x!.trace, loop, (now, at) => {
        const next = elman(now.h, at.x, w!, b!)
        return {
          carry: { h: next },
          ys: { sums: reduceSum(mul(next, cast(size(next, 'batch'), 'float')), { axes: [1] }) },
        }
      })
      return { last: carry.h, sums: ys.sums }
    },
  },
  {
    op: 'scan',
    name: 'over a mask and ids, with an int carry that counts',
    inputs: {
      ids: ints([4, 3], [0, 2, 2, 1, 1, 1, 4, 0, 2, 3, 3, 0]),
      isReal: bools([4, 3], [1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1]),
      table: draw.floats([5, 2]),
      h: draw.floats([3, 2]),
      count: ints([], [1]),
    },
    build: ({ ids, isReal, table, h, count }) => {
      const loop = {
        carry: { h: h!, count: count as unknown as Tensor<'int'> },
        xs: { ids: ids!, isReal: isReal! },
      }
      const { carry, ys } = scan('count', ids!.trace, loop, (now, at) => {
        const factor = cast(now.count, 'float')
        const next = tanh(mul(add(now.h, gather(table!, at.ids as unknown as Tensor<'int'>)), factor))
        const isRow = at.isReal as unknown as Tensor<'bool'>
        const mask = cast(concat([isRow, isRow], 0), 'float')
        const kept = add(mul(next, reduceSum(mask)), now.h)
        return { carry: { h: kept, count: add(now.count, 1) }, ys: { kept, counts: now.count } }
      })
      return { last: carry.h, kept: mul(ys.kept, 0.5), counted: mul(cast(ys.counts, 'float'), reduceSum(h!)) }
    },
  },
  {
    op: 'scan',
    name: 'with weights used by products, sums and elements, several times',
    inputs: {
      x: draw.floats([3, 2, 2]),
      h: draw.floats([2, 2]),
      w: draw.floats([2, 2]),
      v: draw.floats([2]),
    },
    build: ({ x, h, w, v }) => {
      const { carry, ys } = scan('many', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => {
        const left = matmul(now.h, w!)
        const right = matmul(w!, at.x, { transposeA: true })
        const both = matmul(at.x, mul(w!, v!), { transposeA: true })
        const next = tanh(add(add(left, mul(right, v!)), add(both, v!)))
        return { carry: { h: next }, ys: { products: matmul(w!, w!), next: mul(next, reduceSum(w!)) } }
      })
      return { last: carry.h, products: ys.products, next: ys.next }
    },
  },
  {
    op: 'scan',
    name: 'with a batched product by one weight, and by a batch of them',
    inputs: {
      x: draw.floats([3, 2, 2, 2]),
      h: draw.floats([2, 2, 2]),
      w: draw.floats([2, 2]),
      u: draw.floats([2, 2, 2]),
    },
    build: ({ x, h, w, u }) => {
      const { carry } = scan('batched', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => ({
        carry: {
          h: tanh(add(matmul(now.h, w!, { transposeB: true }), matmul(at.x, u!, { transposeA: true }))),
        },
        ys: {},
      }))
      return { last: carry.h }
    },
  },
  {
    op: 'scan',
    name: 'with captured tensors that depend on inputs',
    inputs: sequence(3),
    build: ({ x, h, w, b }) => {
      const scaled = mul(w!, reduceSum(b!))
      const gate = sigmoid(b!)
      const { carry } = scan('captured', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => ({
        carry: { h: mul(elman(now.h, at.x, scaled, b!), gate) },
        ys: {},
      }))
      return { last: carry.h, gate }
    },
  },
  {
    op: 'scan',
    name: 'with carries that swap, one that stays, and one that is let go',
    inputs: {
      x: draw.floats([3, 2]),
      a: draw.floats([2]),
      b: draw.floats([2]),
      kept: draw.floats([2]),
      lost: draw.floats([2]),
    },
    build: ({ x, a, b, kept, lost }) => {
      const carry = { a: a!, b: b!, kept: kept!, lost: lost! }
      const { carry: last, ys } = scan('swap', x!.trace, { carry, xs: { x: x! } }, (now, at) => ({
        carry: { a: now.b, b: mul(now.a, at.x), kept: now.kept, lost: mul(at.x, at.x) },
        ys: { entry: at.x, before: now.lost, product: mul(now.kept, now.a), capture: kept! },
      }))
      return { ...last, ...ys }
    },
  },
  {
    op: 'scan',
    name: 'over two sequences that are added, and one that nothing uses',
    inputs: {
      x: draw.floats([3, 2]),
      y: draw.floats([3, 2]),
      unused: draw.floats([3, 2]),
      h: draw.floats([2]),
    },
    build: ({ x, y, unused, h }) => {
      const loop = { carry: { h: h! }, xs: { x: x!, y: y!, unused: unused! } }
      const { carry } = scan('added', x!.trace, loop, (now, at) => ({
        carry: { h: add(now.h, add(at.x, at.y)) },
        ys: { sum: add(at.x, at.y), unused: at.unused },
      }))
      return { last: exp(carry.h) }
    },
  },
  {
    op: 'scan',
    name: 'without xs',
    inputs: { h: draw.floats([2]), w: draw.floats([2]) },
    build: ({ h, w }) => {
      const { carry, ys } = scan('power', h!.trace, { carry: { h: h! }, xs: {}, length: 4 }, (now) => ({
        carry: { h: tanh(mul(now.h, w!)) },
        ys: { before: now.h },
      }))
      return { last: carry.h, before: ys.before }
    },
  },
  {
    op: 'scan',
    name: 'inside a scan, with a weight of both',
    inputs: {
      x: draw.floats([3, 2, 2]),
      h: draw.floats([2]),
      w: draw.floats([2, 2]),
      outer: draw.floats([2]),
    },
    build: ({ x, h, w, outer }) => {
      const { carry, ys } = scan('outer', x!.trace, { carry: { h: h! }, xs: { rows: x! } }, (now, at) => {
        const start = mul(now.h, outer!)
        const inner = scan(
          'inner',
          start.trace,
          { carry: { s: start }, xs: { row: at.rows }, reverse: true },
          (state, step) => {
            const column = transpose(stack([state.s, step.row]))
            const mixed = matmul(column, w!)
            const next = tanh(add(reduceSum(mixed, { axes: [1] }), mul(now.h, outer!)))
            return { carry: { s: next }, ys: { next } }
          },
        )
        return { carry: { h: add(inner.carry.s, mul(now.h, 0.5)) }, ys: { inner: inner.ys.next } }
      })
      return { last: carry.h, inner: ys.inner }
    },
  },
  {
    op: 'scan',
    name: 'after a scan over its ys',
    inputs: sequence(3),
    build: ({ x, h, w, b }) => {
      const first = scan('first', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => {
        const next = elman(now.h, at.x, w!, b!)
        return { carry: { h: next }, ys: { next } }
      })
      const second = scan(
        'second',
        x!.trace,
        { carry: { h: first.carry.h }, xs: { x: first.ys.next }, reverse: true },
        (now, at) => {
          const next = elman(now.h, at.x, w!, b!)
          return { carry: { h: next }, ys: { next } }
        },
      )
      return { last: second.carry.h, states: second.ys.next, first: first.ys.next }
    },
  },
  {
    op: 'scan',
    name: 'with a choice, a maximum and a part of the state in the body',
    inputs: { x: draw.floats([3, 4], -1, 1), h: draw.floats([4]) },
    build: ({ x, h }) => {
      const { carry, ys } = scan('choice', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => {
        const chosen = select(less(at.x, 0), mul(now.h, at.x), exp(at.x))
        const parts = concat([slice(chosen, 0, 2, 2), slice(now.h, 0, 0, 2)], 0)
        const next = softmax(max(parts, sub(at.x, 0.0078125)))
        return { carry: { h: next }, ys: { next, isEqual: cast(equal(next, next), 'float') } }
      })
      return { last: carry.h, next: ys.next }
    },
  },
]
