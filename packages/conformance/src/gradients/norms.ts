import type { Tensor } from '@dragoman/core'
import { layerNorm, rmsNorm } from '@dragoman/core'
import { floats } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase, Inputs } from './gradient-case.ts'

const draw = new Generator(1, 'gradients of norms')

/** Rows around the width of SIMD; the last is more than one chunk of a sum. */
const shapes = [[5], [2, 3, 4], [3, 1], [2, 9], [0, 3], [2, 2, 33]]

const input = (shape: readonly number[]) => ({
  array: draw.floats(shape, -3, 3),
  dims: shape.map((size, axis) => (axis === shape.length - 1 ? size : `axis${axis}`)),
})

const row = (shape: readonly number[]) => draw.floats([shape.at(-1)!], -2, 2)

function applied(op: 'layerNorm' | 'rmsNorm', { x, weight, bias }: Inputs, epsilon: number) {
  return { y: op === 'layerNorm' ? layerNorm(x!, weight!, bias, epsilon) : rmsNorm(x!, weight!, epsilon) }
}

function asFunction(op: 'layerNormGrad' | 'rmsNormGrad'): GradientCase {
  return {
    op,
    name: 'as a function of its operands',
    inputs: { x: draw.floats([2, 5], -2, 2), weight: draw.floats([5]), dy: draw.floats([2, 5]) },
    build: ({ x, weight, dy }) => {
      const outputs = x!.trace.emit(op, [x!, weight!, dy!], { epsilon: 0.125 })
      return Object.fromEntries(outputs.map((output, i) => [`d${i}`, output])) as Record<string, Tensor>
    },
  }
}

/** Gradients of the norms: with and without a bias, of rows that are all equal, of rows of one element. */
export const normCases: readonly GradientCase[] = [
  ...shapes.flatMap((shape): GradientCase[] => [
    {
      op: 'layerNorm',
      name: `of [${shape}]`,
      inputs: { x: input(shape), weight: row(shape), bias: row(shape) },
      build: (inputs) => applied('layerNorm', inputs, 0.0625),
    },
    {
      op: 'rmsNorm',
      name: `of [${shape}]`,
      inputs: { x: input(shape), weight: row(shape) },
      build: (inputs) => applied('rmsNorm', inputs, 0.0625),
    },
  ]),
  {
    op: 'layerNorm',
    name: 'without a bias',
    inputs: { x: draw.floats([3, 4], -3, 3), weight: draw.floats([4]) },
    build: (inputs) => applied('layerNorm', inputs, 1e-5),
  },
  {
    op: 'layerNorm',
    name: 'of equal elements, and of a large mean',
    inputs: {
      x: floats([3, 4], [2, 2, 2, 2, 0, 0, 0, 0, 1001, 1002, 1003, 1005]),
      weight: draw.floats([4]),
      bias: draw.floats([4]),
    },
    build: (inputs) => applied('layerNorm', inputs, 0.25),
  },
  {
    op: 'rmsNorm',
    name: 'of zeros',
    inputs: { x: floats([2, 3], [0, 0, 0, 1, -2, 3]), weight: draw.floats([3]) },
    build: (inputs) => applied('rmsNorm', inputs, 0.25),
  },
  asFunction('layerNormGrad'),
  asFunction('rmsNormGrad'),
]

/** Norms of what is no number: only for laws, which compare a backend with itself. */
export const strangeNormCases: readonly GradientCase[] = (['layerNorm', 'rmsNorm'] as const).map((op) => ({
  op,
  name: 'of NaN and infinities',
  inputs: {
    x: floats([4, 3], [1, Number.NaN, 2, Infinity, 1, 2, -Infinity, Infinity, 0, 1, 2, 3]),
    weight: draw.floats([3]),
    bias: draw.floats([3]),
  },
  build: (inputs) => applied(op, inputs, 0.25),
}))
