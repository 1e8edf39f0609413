import type { Attributes } from '@dragoman/core/backend'
import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting } from '../elementwise.ts'
import { concat, reshape, zeros } from '../movement.ts'
import type { Value } from '../value.ts'

/** Operands of one update, in core's order. */
export type AdamOperands = readonly Value[]

/** Tensors that one update reads, after the small ones were put together. */
interface Update {
  readonly parameter: Value
  readonly gradient: Value
  readonly m: Value
  readonly v: Value
}

/** Tensors of fewer elements are updated together, in one vector. */
const smallCount = 8192

function countOf(b: Builder, { shape }: Value): number {
  return shape.reduce<number>((product, dim) => product * (b.number(dim) ?? Infinity), 1)
}

/** Tensors that are put together at most: on a GPU each takes one of few bindings of a shader. */
const joinedCount = 8

/**
 * Updates of several parameters that have the scalars of the first in common; gives parameter, m and v of
 * each. The gradients are scaled in a condition, because those of a scale of 0 are 0 even where they are NaN.
 */
export function writeAdams(
  b: Builder,
  all: readonly AdamOperands[],
  attributes: Attributes<'adam'>,
): readonly (readonly Value[])[] {
  const groups = groupsOf(b, all)
  const updates = groups.map((group) => (group.length === 1 ? updateOf(group[0]!) : joined(b, group)))
  const results = writeUpdates(b, updates, all[0]!.slice(4), attributes)
  const byOperands = new Map<AdamOperands, readonly Value[]>()
  groups.forEach((group, i) => {
    const parts = group.length === 1 ? [results[i]!] : separated(b, results[i]!, group)
    group.forEach((operands, k) => {
      byOperands.set(operands, parts[k]!)
    })
  })
  return all.map((operands) => byOperands.get(operands)!)
}

/** Large parameters alone, small ones in groups. */
function groupsOf(b: Builder, all: readonly AdamOperands[]): AdamOperands[][] {
  const isSmall = ([parameter]: AdamOperands) => countOf(b, parameter!) < smallCount
  const groups = all.filter((operands) => !isSmall(operands)).map((operands) => [operands])
  const small = all.filter(isSmall)
  for (let i = 0; i < small.length; i += joinedCount) groups.push(small.slice(i, i + joinedCount))
  return groups
}

function updateOf([parameter, gradient, m, v]: AdamOperands): Update {
  return { parameter: parameter!, gradient: gradient!, m: m!, v: v! }
}

/** The tensors of several updates as vectors, one after another. */
function joined(b: Builder, all: readonly AdamOperands[]): Update {
  const counts = all.map(([parameter]) => countOf(b, parameter!))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const vectors = [0, 1, 2, 3].map((slot) => {
    const parts = all.map((operands, i) => reshape(b, operands[slot]!, [counts[i]!]))
    return concat(b, parts, 0, { type: 'float', shape: [total] })
  })
  return updateOf(vectors)
}

/** The inverse of {@link joined} for the results. */
function separated(b: Builder, vectors: readonly Value[], all: readonly AdamOperands[]): Value[][] {
  const counts = all.map(([parameter]) => countOf(b, parameter!))
  const types = counts.map((count) => ({ type: 'float', shape: [count] }) as const)
  const attributes = { axis: { int: 0 } }
  const slots = vectors.map((vector) => b.nodes('Split', [vector, b.numbers(counts)], types, { attributes }))
  return all.map(([parameter], i) => slots.map((parts) => reshape(b, parts[i]!, parameter!.shape)))
}

/** Each gradient times `factor`, or 0 where `scale` is 0. */
function scaledGradients(
  b: Builder,
  gradients: readonly Value[],
  scale: Value,
  factor: Value,
): readonly Value[] {
  const isOff = broadcasting(b, 'Equal', [scale, b.scalar('float', 0)], 'bool')
  const branch = (name: string, write: (gradient: Value, place: typeof b.scope) => Value) =>
    b.body((scope) => ({
      name,
      scope,
      inputs: [],
      outputs: gradients.map((gradient) => write(gradient, scope)),
    }))
  const bodies = {
    then_branch: branch('nothing', ({ type, shape }, scope) => zeros(b, { type, shape }, scope)),
    else_branch: branch('scaled', (gradient, scope) =>
      b.node('Mul', [gradient, factor], gradient, { scope }),
    ),
  }
  return b.nodes('If', [isOff], gradients, { bodies, scope: b.scope })
}

/**
 * With g₁ = (1−β₁)g the moments are m' = β₁m + g₁ and v' = β₂v + (1−β₂)/(1−β₁)² g₁², and
 * p' = p − (lr √c₂ / c₁) m' / (√v' + ε √c₂): factors of whole tensors are gathered in scalars.
 */
function writeUpdates(
  b: Builder,
  updates: readonly Update[],
  scalars: readonly Value[],
  { beta1, beta2, epsilon, weightDecay, decoupled }: Attributes<'adam'>,
): Value[][] {
  const { add, div, mul, sub, unary } = arithmetic(b)
  const [learningRate, correction1, correction2, scale] = scalars as [Value, Value, Value, Value]
  const root = unary('Sqrt', correction2)
  const rate = mul(div(learningRate, correction1), root)
  const margin = mul(root, epsilon)
  const gradients = updates.map(({ gradient }) => gradient)
  const scaled = scaledGradients(b, gradients, scale, mul(scale, 1 - beta1))
  return updates.map(({ parameter, m, v }, i) => {
    let gradient = scaled[i]!
    let start = parameter
    if (weightDecay !== 0 && decoupled) start = mul(parameter, sub(1, mul(learningRate, weightDecay)))
    if (weightDecay !== 0 && !decoupled) gradient = add(gradient, mul(parameter, weightDecay * (1 - beta1)))
    const nextM = add(mul(m, beta1), gradient)
    const nextV = add(mul(v, beta2), mul(mul(gradient, gradient), (1 - beta2) / (1 - beta1) ** 2))
    const step = mul(div(nextM, add(unary('Sqrt', nextV), margin)), rate)
    return [sub(start, step), nextM, nextV]
  })
}
