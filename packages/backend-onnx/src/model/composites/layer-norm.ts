import type { Dim } from '@dragoman/core/backend'
import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import type { Emitters } from '../emitter.ts'
import type { Value } from '../value.ts'

/** Row means and 1 / √(variance + ε) [..., 1], as the operator gives them beside its result. */
interface RowStatistics {
  readonly normalized: Value
  readonly mean: Value
  readonly scale: Value
}

function layerNormalization(b: Builder, inputs: readonly Value[], epsilon: number): RowStatistics {
  const { shape } = inputs[0]!
  if (!b.number(shape.at(-1)!)) return statisticsOf(b, inputs, epsilon)
  const row = { type: 'float', shape: [...shape.slice(0, -1), 1 as Dim] } as const
  const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } }
  const results = [{ type: 'float', shape } as const, row, row]
  const [normalized, mean, scale] = b.nodes('LayerNormalization', inputs, results, { attributes })
  return { normalized: normalized!, mean: mean!, scale: scale! }
}

/** The same of arithmetic: the operator refuses rows of no elements. */
function statisticsOf(b: Builder, [x, weight, bias]: readonly Value[], epsilon: number): RowStatistics {
  const { add, div, mul, sub, unary } = arithmetic(b)
  const mean = rowMean(b, x!)
  const centred = sub(x!, mean)
  const scale = div(1, unary('Sqrt', add(rowMean(b, mul(centred, centred)), epsilon)))
  const scaled = mul(mul(centred, scale), weight!)
  return { normalized: bias ? add(scaled, bias) : scaled, mean, scale }
}

/** [..., 1] */
function rowMean(b: Builder, x: Value): Value {
  const { div, sum } = arithmetic(b)
  const axis = x.shape.length - 1
  return div(sum(x, [axis], true), b.cast(b.size(x.shape[axis]!), 'float'))
}

/** The mean over each row of x · weight, for widths that are numbers as a product. */
function weightedMean(b: Builder, x: Value, weight: Value): Value {
  const { mul } = arithmetic(b)
  const width = b.number(weight.shape[0]!)
  if (!width) return rowMean(b, mul(x, weight))
  const column = b.node('Reshape', [weight, b.numbers([-1, 1])], { type: 'float', shape: [width, 1] })
  return b.node('MatMul', [x, mul(column, 1 / width)], { type: 'float', shape: [...x.shape.slice(0, -1), 1] })
}

export const layerNorms: Emitters<'layerNorm' | 'layerNormGrad'> = {
  layerNorm(b, inputs, { epsilon }) {
    const statistics = layerNormalization(b, inputs, epsilon)
    b.remember(`layerNorm ${inputs[0]!.id} ${epsilon}`, statistics, statistics.mean.scope)
    return statistics.normalized
  },

  /** dx = scale · (g − mean g − x̂ · mean(g x̂)) with g = dy · weight. */
  layerNormGrad(b, [x, weight, dy], { epsilon }) {
    const { add, mul, sub, sum } = arithmetic(b)
    const { shape } = x!
    const known = b.recall<RowStatistics>(`layerNorm ${x!.id} ${epsilon}`)
    const { mean, scale } = known ?? layerNormalization(b, [x!, weight!], epsilon)
    const normalized = mul(sub(x!, mean), scale)
    const product = mul(dy!, normalized)
    const along = add(weightedMean(b, dy!, weight!), mul(normalized, weightedMean(b, product, weight!)))
    const dx = mul(sub(mul(dy!, weight!), along), scale)
    const rows = shape.slice(0, -1).map((_, axis) => axis)
    return [dx, sum(product, rows), sum(dy!, rows)]
  },
}
