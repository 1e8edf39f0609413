import type { HostArray } from '@dragoman/core'
import type { CompositeCase } from './composite-case.ts'
import { RandomSource } from './random-source.ts'

const random = new RandomSource(13)
const float = (...shape: number[]) => random.array('float', shape)

/** Rows around the width of SIMD and of the kernels' chunks, and more rows than one run of them. */
const shapes = [[1], [7], [3, 4], [2, 3, 17], [0, 5], [3, 0], [150, 5], [2, 1031]]

/** A mean that is far from 0, equal elements, and what is no number. */
function strange(): HostArray {
  const data = [1000, 1001, 1002, 1004, 3, 3, 3, 3, Number.NaN, 1, 2, 3, Infinity, 1, 2, 3]
  return { kind: 'float', shape: [4, 4], data: Float32Array.from(data) }
}

function of(operands: (x: HostArray, n: number) => HostArray[]): CompositeCase[] {
  return [...shapes.map((shape) => float(...shape)), strange()].flatMap((x) =>
    [1e-5, 0.25].map((epsilon) => ({ operands: operands(x, x.shape.at(-1)!), attributes: { epsilon } })),
  )
}

/** Cases of both norms and of their gradients. */
export const normCases: {
  readonly [O in 'layerNorm' | 'layerNormGrad' | 'rmsNorm' | 'rmsNormGrad']: readonly CompositeCase[]
} = {
  layerNorm: [...of((x, n) => [x, float(n), float(n)]), ...of((x, n) => [x, float(n)])],
  layerNormGrad: of((x, n) => [x, float(n), float(...x.shape)]),
  rmsNorm: of((x, n) => [x, float(n)]),
  rmsNormGrad: of((x, n) => [x, float(n), float(...x.shape)]),
}
