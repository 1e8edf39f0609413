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
  const row = { type: 'float', shape: [...shape.slice(0, -1), 1 as Dim] } as const
  const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } }
  const results = [{ type: 'float', shape } as const, row, row]
  const [normalized, mean, scale] = b.nodes('LayerNormalization', inputs, results, { attributes })
  return { normalized: normalized!, mean: mean!, scale: scale! }
}

export const layerNorms: Emitters<'layerNorm' | 'layerNormGrad'> = {
  layerNorm(b, inputs, { epsilon }) {
    const statistics = layerNormalization(b, inputs, epsilon)
    b.remember(`layerNorm ${inputs[0]!.id} ${epsilon}`, statistics)
    return statistics.normalized
  },

  /** dx = scale · (g − mean g − x̂ · mean(g x̂)) with g = dy · weight; a mean with `weight` is a product. */
  layerNormGrad(b, [x, weight, dy], { epsilon }) {
    const { add, mul, sub, sum } = arithmetic(b)
    const { shape } = x!
    const known = b.recall<RowStatistics>(`layerNorm ${x!.id} ${epsilon}`)
    const { mean, scale } = known ?? layerNormalization(b, [x!, weight!], epsilon)
    const normalized = mul(sub(x!, mean), scale)
    const product = mul(dy!, normalized)
    const width = shape.at(-1)!
    const column = b.node('Reshape', [weight!, b.numbers([-1, 1])], { type: 'float', shape: [width, 1] })
    const share = mul(column, 1 / (width as number))
    const weighted = (rows: Value): Value =>
      b.node('MatMul', [rows, share], { type: 'float', shape: [...shape.slice(0, -1), 1] })
    const along = add(weighted(dy!), mul(normalized, weighted(product)))
    const dx = mul(sub(mul(dy!, weight!), along), scale)
    const rows = shape.slice(0, -1).map((_, axis) => axis)
    return [dx, sum(product, rows), sum(dy!, rows)]
  },
}
