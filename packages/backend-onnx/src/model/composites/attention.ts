import type { Attributes, Dim, Shape } from '@dragoman/core/backend'
import { mulDims } from '@dragoman/core/backend'
import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting, where } from '../elementwise.ts'
import type { Emitters } from '../emitter.ts'
import { product } from '../matmul.ts'
import { range, reshape } from '../movement.ts'
import type { Value } from '../value.ts'
import { lowest, normalized, softmax } from './softmax.ts'

interface Operands {
  readonly query: Value
  readonly key: Value
  readonly isAllowed: Value | undefined
  readonly bias: Value | undefined
  readonly mask: Value | undefined
}

type AttentionAttributes = Attributes<'attention'>

function operandsOf(
  [query, key, ...rest]: readonly Value[],
  { hasAllowed, hasBias, hasMask }: AttentionAttributes,
): Operands {
  const left = [...rest]
  const next = (isThere: boolean) => (isThere ? left.shift() : undefined)
  const isAllowed = next(hasAllowed)
  const bias = next(hasBias)
  return { query: query!, key: key!, isAllowed, bias, mask: next(hasMask) }
}

/** The rows of all heads that read one key head as one axis: [B, H, T, d] → [B, H′, H/H′ · T, d]. */
function grouped(b: Builder, x: Value, key: Value): Value {
  const [B, H, T, d] = x.shape as [Dim, Dim, Dim, Dim]
  const keyHeads = key.shape[1]!
  if (H === keyHeads) return x
  return reshape(b, x, [B, keyHeads, mulDims((H as number) / (keyHeads as number), T), d])
}

/** [..., M, K] × [..., K, N] of operands that may be stored transposed. */
function times(b: Builder, left: Value, right: Value, transposeA: boolean, transposeB: boolean): Value {
  const rows = left.shape.at(transposeA ? -1 : -2)!
  const columns = right.shape.at(transposeB ? -2 : -1)!
  const shape: Shape = [...left.shape.slice(0, -2), rows, columns]
  return product(b, [left, right], { transposeA, transposeB }, shape)
}

/** bool [T, S]: s ≤ t + S − T. */
function isPast(b: Builder, [T, S]: readonly [Dim, Dim]): Value {
  const type = { type: 'int32', shape: [] } as const
  const rows = reshape(b, range(b, T), [T, 1])
  const last = T === S ? rows : broadcasting(b, 'Add', [rows, b.node('Sub', [b.size(S), b.size(T)], type)])
  return broadcasting(b, 'LessOrEqual', [reshape(b, range(b, S), [1, S]), last], 'bool')
}

/** Where queries may look, and, where some may look nowhere, 1 for those that may look somewhere, else 0. */
interface Sight {
  readonly isSeen: Value
  readonly isSome: Value | undefined
}

function sightOf(b: Builder, { query, key, isAllowed }: Operands, causal: boolean): Sight | undefined {
  const [T, S] = [query.shape[2]!, key.shape[2]!]
  const past = causal ? isPast(b, [T, S]) : undefined
  const seen = [isAllowed, past].filter((each) => each !== undefined)
  if (seen.length === 0) return undefined
  const joined = seen.length === 2 ? broadcasting(b, 'And', seen) : seen[0]!
  if (!isAllowed && T === S) return { isSeen: joined, isSome: undefined }
  const whole = joined.compact ?? joined
  const hits = b.cast(whole, 'float')
  const isSome = whole.shape.at(-1) === 1 ? hits : arithmetic(b).rowMax(hits)
  return { isSeen: joined, isSome }
}

/** The weights [B, H, T, S] before dropout: a row that sees nothing is 0. A bias may hide places, too. */
function weightsOf(b: Builder, operands: Operands, { causal, scale }: AttentionAttributes): Value {
  const { query, key, bias } = operands
  const { add, mul } = arithmetic(b)
  const products = times(b, grouped(b, query, key), key, false, true)
  const shape = [...query.shape.slice(0, 3), key.shape[2]!]
  let scores = mul(reshape(b, products, shape), scale)
  if (bias) scores = add(scores, bias)
  const sight = sightOf(b, operands, causal)
  if (!sight) return bias ? softmax(b, scores) : normalized(b, 'Softmax', scores)
  if (bias) return softmax(b, where(b, sight.isSeen, scores, b.scalar('float', -Infinity)))
  const seen = where(b, sight.isSeen, scores, b.scalar('float', lowest))
  const weights = normalized(b, 'Softmax', seen)
  return sight.isSome ? mul(weights, sight.isSome) : weights
}

export const attentions: Emitters<'attention' | 'attentionGrad'> = {
  attention(b, [query, key, value, ...rest], attributes, [result]) {
    const operands = operandsOf([query!, key!, ...rest], attributes)
    const weights = weightsOf(b, operands, attributes)
    const kept = operands.mask ? arithmetic(b).mul(weights, operands.mask) : weights
    return reshape(b, times(b, grouped(b, kept, key!), value!, false, false), result!.shape)
  },

  attentionGrad(b, [query, key, value, dContext, ...rest], attributes, results) {
    const operands = operandsOf([query!, key!, ...rest], attributes)
    const { mul, sub, sum } = arithmetic(b)
    const weights = weightsOf(b, operands, attributes)
    const dRows = grouped(b, dContext!, key!)
    const dKept = reshape(b, times(b, dRows, value!, false, true), weights.shape)
    const { mask, bias } = operands
    const dWeights = mask ? mul(dKept, mask) : dKept
    const dScores = mul(weights, sub(dWeights, sum(mul(dWeights, weights), [3], true)))
    const dProducts = grouped(b, mul(dScores, attributes.scale), key!)
    const dQuery = reshape(b, times(b, dProducts, key!, false, false), results[0]!.shape)
    const dKey = times(b, dProducts, grouped(b, query!, key!), true, false)
    const kept = grouped(b, mask ? mul(weights, mask) : weights, key!)
    const dValue = times(b, kept, dRows, true, false)
    if (!attributes.biasGradient) return [dQuery, dKey, dValue]
    const axes = [0, 1, 2, 3].filter((axis) => bias!.shape[axis] !== dScores.shape[axis])
    return [dQuery, dKey, dValue, sum(dScores, axes, true)]
  },
}
