import type { Shape } from '../dims.ts'
import { toDim } from '../dims.ts'
import { mul } from '../elementwise.ts'
import type { Tensor } from '../tensor.ts'

/** Where random bits come from: the key of the run, and the place that draws. */
export interface RandomSite {
  /** int [3]: seed low word, seed high word, step. */
  readonly key: Tensor<'int'>
  /** 32-bit number of the place, different for each place of a model: `siteOf(path)`. */
  readonly site: number
}

/**
 * A dropout mask: 0 with probability `rate`, else 1 / (1 − rate). The bits are those of Philox 4×32-10
 * at (seed, step, site, index), the same on every backend. It stands outside of loops: one that needs
 * a mask a step takes it as an x.
 *
 * @returns float of the given shape.
 *
 * Source: Srivastava et al. 2014 (inverted form); Salmon et al. 2011 for the bits.
 */
export function dropoutMask({ key, site }: RandomSite, shape: Shape, rate: number): Tensor<'float'> {
  const dims = shape.map(toDim)
  return key.trace.emit('dropoutMask', [key], { shape: dims, rate, site })[0] as Tensor<'float'>
}

/** x with elements dropped, and the others scaled so that the mean stays. Rate 0 gives x itself. */
export function dropout(x: Tensor<'float'>, random: RandomSite | undefined, rate: number): Tensor<'float'> {
  return rate === 0 || !random ? x : mul(x, dropoutMask(random, x.shape, rate))
}
