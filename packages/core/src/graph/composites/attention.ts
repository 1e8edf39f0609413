import type { Dim } from '../dims.ts'
import { mulDims } from '../dims.ts'
import { add, lessEqual, mul, select, sub } from '../elementwise.ts'
import type { Kind } from '../graph.ts'
import { matmul } from '../matmul.ts'
import { iota, reshape, size } from '../movement.ts'
import type { Attributes } from '../ops.ts'
import { reduceSum } from '../reduce.ts'
import type { Tensor } from '../tensor.ts'
import { traceOf } from '../trace.ts'
import { softmax } from './softmax.ts'

type F = Tensor<'float'>

/** What attention takes; B batch, H heads, T queries, S keys. */
export interface AttentionInputs {
  /** [B, H, T, d] */
  readonly query: F
  /** [B, H′, S, d], where H is a multiple of H′: head h reads key head ⌊h · H′ / H⌋. */
  readonly key: F
  /** [B, H′, S, e] */
  readonly value: F
  /** Broadcastable to [B, H, T, S]: true where a query may look. Everywhere by default. */
  readonly isAllowed?: Tensor<'bool'> | undefined
  /** Broadcastable to [B, H, T, S]: added to the scores, for relative positions. */
  readonly bias?: F | undefined
  /** Broadcastable to [B, H, T, S]: multiplies the weights, for dropout. */
  readonly mask?: F | undefined
  /** Query t sees the keys s ≤ t + S − T alone. Default false. */
  readonly causal?: boolean | undefined
  /** Of the scores; default 1 / √d. */
  readonly scale?: number | undefined
}

/**
 * Scaled dot-product attention: each query takes a weighted mean of the values.
 *
 *   softmax(Q Kᵀ · scale + bias) V
 *
 * @returns context [B, H, T, e], and the weights [B, H, T, S] before `mask`, which cost nothing where
 *   nothing reads them; each row sums to 1, or is all 0 where the query may look nowhere.
 * @throws ShapeError when the sizes do not agree.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1; grouped heads: Ainslie et al. 2023, arXiv:2305.13245.
 */
export function attention(inputs: AttentionInputs): { context: F; weights: F } {
  const { query, key, value, causal = false } = inputs
  const isAllowed = inputs.isAllowed && withRank4(inputs.isAllowed)
  const bias = inputs.bias && withRank4(inputs.bias)
  const mask = inputs.mask && withRank4(inputs.mask)
  const optional = [isAllowed, bias, mask].filter((each) => each !== undefined)
  const flags = { hasAllowed: !!isAllowed, hasBias: !!bias, hasMask: !!mask }
  const attributes = { causal, scale: inputs.scale ?? 1 / Math.sqrt(Number(query.size(-1))), ...flags }
  const operands: Tensor[] = [query, key, value, ...optional]
  const [context] = traceOf(operands).emit('attention', operands, attributes)
  return { context: context as F, weights: weightsOf({ query, key, isAllowed, bias }, attributes) }
}

/** Axes of size 1 in front, as broadcasting would add them. */
function withRank4<K extends Kind>(x: Tensor<K>): Tensor<K> {
  return reshape(x, [...new Array<Dim>(Math.max(0, 4 - x.rank)).fill(1), ...x.shape])
}

interface Optional {
  readonly isAllowed: Tensor<'bool'> | undefined
  readonly bias: F | undefined
  readonly mask: F | undefined
}

function optionalOperands(operands: readonly Tensor[], attributes: Attributes<'attention'>): Optional {
  const { hasAllowed, hasBias, hasMask } = attributes
  const rest = [...operands]
  const next = (isThere: boolean) => (isThere ? rest.shift() : undefined)
  const isAllowed = next(hasAllowed) as Tensor<'bool'> | undefined
  const bias = next(hasBias) as F | undefined
  return { isAllowed, bias, mask: next(hasMask) as F | undefined }
}

/** The rows of all heads that read one key head as one axis: [B, H, T, d] → [B, H′, H/H′ · T, d]. */
function grouped(x: F, key: F): F {
  const [B, H, T, d] = x.shape as [Dim, Dim, Dim, Dim]
  const keyHeads = key.size(1)
  if (H === keyHeads) return x
  return reshape(x, [B, keyHeads, mulDims((H as number) / (keyHeads as number), T), d])
}

/** The inverse: heads and rows as those of `query`. */
function ungrouped(x: F, query: F): F {
  return reshape(x, [...query.shape.slice(0, 3), x.size(-1)])
}

type Scored = { readonly query: F; readonly key: F } & Omit<Optional, 'mask'>

function weightsOf({ query, key, isAllowed, bias }: Scored, attributes: ScoreAttributes): F {
  const products = ungrouped(matmul(grouped(query, key), key, { transposeB: true }), query)
  let scores = mul(products, attributes.scale)
  if (bias) scores = add(scores, bias)
  if (attributes.causal) scores = select(isPast(query, key), scores, -Infinity)
  if (isAllowed) scores = select(isAllowed, scores, -Infinity)
  return softmax(scores)
}

type ScoreAttributes = Pick<Attributes<'attention'>, 'causal' | 'scale'>

/** bool [T, S]: s ≤ t + S − T. */
function isPast(query: F, key: F): Tensor<'bool'> {
  const [T, S] = [query.size(2), key.size(2)]
  const offset = sub(size(query, S), size(query, T))
  return lessEqual(iota(query, [1, S], 1), add(iota(query, [T, 1], 0), offset))
}

export function attentionBody(inputs: readonly Tensor[], attributes: Attributes<'attention'>): Tensor[] {
  const [query, key, value, ...rest] = inputs as [F, F, F, ...Tensor[]]
  const { mask, ...optional } = optionalOperands(rest, attributes)
  const weights = weightsOf({ query, key, ...optional }, attributes)
  return [ungrouped(matmul(grouped(mask ? mul(weights, mask) : weights, key), value), query)]
}

/**
 * Recomputes the weights, so that nothing of size T · S is kept from the forward pass: → gradients of query,
 * key and value, and with `biasGradient` of the bias.
 */
export function attentionGradBody(
  inputs: readonly Tensor[],
  attributes: Attributes<'attentionGrad'>,
): Tensor[] {
  const [query, key, value, dContext, ...rest] = inputs as [F, F, F, F, ...Tensor[]]
  const { mask, ...optional } = optionalOperands(rest, attributes)
  const weights = weightsOf({ query, key, ...optional }, attributes)
  const dKept = ungrouped(matmul(grouped(dContext, key), value, { transposeB: true }), query)
  const operands = [weights, mask ? mul(dKept, mask) : dKept]
  const dScores = query.trace.emit('softmaxGrad', operands, {})[0] as F
  const dProducts = grouped(mul(dScores, attributes.scale), key)
  const kept = grouped(mask ? mul(weights, mask) : weights, key)
  const dQuery = ungrouped(matmul(dProducts, key), query)
  const dKey = matmul(dProducts, grouped(query, key), { transposeA: true })
  const dValue = matmul(kept, grouped(dContext, key), { transposeA: true })
  if (!attributes.biasGradient) return [dQuery, dKey, dValue]
  return [dQuery, dKey, dValue, sumTo(dScores, optional.bias!)]
}

/** Summed over the axes along which `to` was repeated. */
function sumTo(x: F, to: F): F {
  const axes = [0, 1, 2, 3].filter((axis) => to.size(axis) !== x.size(axis))
  return reduceSum(x, { axes, keepDims: true })
}
