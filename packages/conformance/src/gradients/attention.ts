import type { HostArray, Shape, Tensor } from '@dragoman/core'
import { scaledDotProductAttention } from '@dragoman/core'
import { bools, floats } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase, GradientInput, Inputs } from './gradient-case.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const draw = new Generator(1, 'gradients of attention')

/** B, H, H′ (heads of key and value), T, S, and the sizes of a key and of a value. */
interface Sizes {
  readonly batch: number
  readonly heads: number
  readonly keyHeads: number
  readonly target: number
  readonly source: number
  readonly width: number
  readonly valueWidth: number
}

const small: Sizes = { batch: 2, heads: 2, keyHeads: 2, target: 3, source: 4, width: 2, valueWidth: 3 }
const groups: Sizes = { batch: 2, heads: 4, keyHeads: 2, target: 3, source: 5, width: 3, valueWidth: 2 }

function named(array: HostArray, dims: Shape): GradientInput {
  return { array, dims: dims.map((dim, axis) => (array.shape[axis] === 1 ? 1 : dim)) }
}

/** Sizes of batch and sequences are symbols, as in a model. */
function projections(sizes: Sizes): Record<'query' | 'key' | 'value', GradientInput> {
  const { batch, heads, keyHeads, target, source, width, valueWidth } = sizes
  const of = (shape: readonly number[], rows: string) =>
    named(draw.floats(shape, -2, 2), ['batch', shape[1]!, rows, shape[3]!])
  return {
    query: of([batch, heads, target, width], 'target'),
    key: of([batch, keyHeads, source, width], 'source'),
    value: of([batch, keyHeads, source, valueWidth], 'source'),
  }
}

/** The dims of an operand that repeats along some axes of the scores. */
function repeated(array: HostArray): GradientInput {
  const { shape } = array
  const dims = ['batch', shape.at(-3) ?? 1, 'target', 'source'].slice(4 - shape.length)
  return named(array, dims)
}

const isTrue = (array: HostArray, falseAt: readonly number[]) =>
  bools(
    array.shape,
    [...array.data].map((_, i) => Number(!falseAt.includes(i))),
  )
const allowed = (shape: readonly number[], falseAt: readonly number[]) =>
  repeated(isTrue(draw.bools(shape), falseAt))

/** As inverted dropout draws it: 0 or a number above 1. */
function dropped(shape: readonly number[]): GradientInput {
  const array = draw.floats(shape)
  return repeated({ ...array, data: Float64Array.from(array.data, (x) => (x > 0.5 ? 0 : 1.25)) })
}

interface AttentionCase {
  readonly name: string
  readonly sizes: Sizes
  readonly extra?: Readonly<Record<string, GradientInput>>
  readonly causal?: boolean
  readonly scale?: number
  readonly wrt?: readonly string[]
}

const variants: readonly AttentionCase[] = [
  { name: 'of everything', sizes: small },
  { name: 'of one query', sizes: { ...small, target: 1 } },
  { name: 'of one key', sizes: { ...small, source: 1 }, scale: 1 },
  { name: 'causal', sizes: { ...small, target: 4 }, causal: true },
  { name: 'causal, with keys of earlier steps', sizes: { ...small, source: 5 }, causal: true },
  {
    name: 'causal, with queries that look nowhere',
    sizes: { ...small, target: 5, source: 3 },
    causal: true,
  },
  { name: 'of real keys', sizes: small, extra: { isAllowed: allowed([2, 1, 1, 4], [2, 3, 7]) } },
  {
    name: 'with a mask of its own for each query, one of which looks nowhere',
    sizes: small,
    extra: { isAllowed: allowed([2, 1, 3, 4], [0, 5, 12, 13, 14, 15, 18]) },
  },
  {
    name: 'of a sentence that is all padding',
    sizes: groups,
    extra: { isAllowed: allowed([2, 1, 1, 5], [4, 5, 6, 7, 8, 9]) },
    causal: true,
  },
  {
    name: 'with a bias of its own for each score',
    sizes: small,
    extra: { bias: repeated(draw.floats([2, 2, 3, 4])) },
  },
  {
    name: 'with a bias that all sentences share',
    sizes: small,
    extra: { bias: repeated(draw.floats([2, 3, 4])) },
  },
  {
    name: 'with a bias for each key, causal',
    sizes: small,
    extra: { bias: repeated(draw.floats([2, 1, 4])) },
    causal: true,
  },
  { name: 'with one bias for all', sizes: small, extra: { bias: repeated(draw.floats([1, 1])) } },
  {
    name: 'with a bias that is not trained',
    sizes: small,
    extra: { bias: repeated(draw.floats([2, 3, 4])) },
    wrt: ['query', 'key', 'value'],
  },
  {
    name: 'with a bias of −Inf for some scores and for all of one query',
    sizes: small,
    extra: { bias: repeated(floats([3, 4], [-inf, 1, 0, -inf, -inf, -inf, -inf, -inf, 0, -inf, 1, -1])) },
    wrt: ['query', 'key', 'value'],
  },
  {
    name: 'with dropout',
    sizes: small,
    extra: { mask: dropped([2, 2, 3, 4]) },
    wrt: ['query', 'key', 'value'],
  },
  { name: 'with a dropout mask that has a gradient', sizes: small, extra: { mask: dropped([2, 1, 3, 4]) } },
  { name: 'of grouped heads', sizes: groups },
  {
    name: 'of one key head',
    sizes: { ...groups, keyHeads: 1 },
    causal: true,
    extra: { bias: repeated(draw.floats([4, 3, 5])) },
  },
  {
    name: 'of grouped heads with everything',
    sizes: groups,
    extra: {
      isAllowed: allowed([2, 1, 1, 5], [0, 8, 9]),
      bias: repeated(draw.floats([4, 3, 5])),
      mask: dropped([2, 4, 3, 5]),
    },
    causal: true,
    scale: 0.75,
    wrt: ['query', 'key', 'value', 'bias'],
  },
]

function built({ query, key, value, isAllowed, bias, mask }: Inputs, { causal, scale }: AttentionCase) {
  return scaledDotProductAttention({
    query: query!,
    key: key!,
    value: value!,
    isAllowed: isAllowed as unknown as Tensor<'bool'> | undefined,
    bias,
    mask,
    causal,
    scale,
  })
}

const weightsCase: AttentionCase = {
  name: 'and of the weights that it looks with',
  sizes: groups,
  causal: true,
  extra: { isAllowed: allowed([2, 1, 1, 5], [0, 1, 2, 8]) },
}

/** Gradients of attention: masks, empty rows, biases that repeat, dropout, grouped heads. */
export const attentionCases: readonly GradientCase[] = [
  ...variants.map(
    (each): GradientCase => ({
      op: 'attention',
      name: each.name,
      inputs: { ...projections(each.sizes), ...each.extra },
      build: (inputs) => ({ context: built(inputs, each).context }),
      ...(each.wrt ? { wrt: each.wrt } : {}),
    }),
  ),
  {
    op: 'attention',
    name: weightsCase.name,
    inputs: { ...projections(groups), ...weightsCase.extra },
    build: (inputs) => ({ ...built(inputs, weightsCase) }),
  },
  {
    op: 'attentionGrad',
    name: 'as a function of its operands',
    inputs: {
      query: draw.floats([1, 2, 2, 2]),
      key: draw.floats([1, 1, 3, 2]),
      value: draw.floats([1, 1, 3, 2]),
      dContext: draw.floats([1, 2, 2, 2]),
      isAllowed: bools([1, 1, 1, 3], [1, 1, 0]),
      bias: draw.floats([1, 2, 1, 3]),
    },
    build: (inputs) => {
      const flags = { hasAllowed: true, hasBias: true, hasMask: false, biasGradient: true }
      const attributes = { causal: false, scale: 0.5, ...flags }
      const outputs = inputs.query!.trace.emit('attentionGrad', Object.values(inputs), attributes)
      return Object.fromEntries(outputs.map((output, i) => [`d${i}`, output]))
    },
  },
]

/** Attention whose results are no numbers: only for laws, which compare a backend with itself. */
export const strangeAttentionCases: readonly GradientCase[] = [nan, inf].map((value) => {
  const { query, key, value: values } = projections(small)
  const data = Float64Array.from(query.array.data, (x, i) => (i === 3 ? value : x))
  return {
    op: 'attention',
    name: `of a query with ${value}`,
    inputs: { query: { ...query, array: { ...query.array, data } }, key, value: values },
    build: (inputs) => ({ context: built(inputs, { name: '', sizes: small }).context }),
  }
})
