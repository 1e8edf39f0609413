import type { RandomSite } from '../graph/composites/dropout.ts'
import { dropoutMask } from '../graph/composites/dropout.ts'
import type { Shape } from '../graph/dims.ts'
import { mul } from '../graph/elementwise.ts'
import type { Tensor } from '../graph/tensor.ts'
import { siteOf } from '../random/index.ts'

/**
 * Where the dropout masks of a training graph come from: an int [3] key (seed low word, seed high
 * word, step), and a path that tells the places apart. Without one nothing is dropped.
 */
export class Randomness {
  readonly key: Tensor<'int'>
  readonly path: string

  constructor(key: Tensor<'int'>, path = '') {
    this.key = key
    this.path = path
  }

  /** The same key under a longer path. */
  in(name: string): Randomness {
    return new Randomness(this.key, this.path === '' ? name : `${this.path}.${name}`)
  }

  /** The place that draws a mask of this name. */
  site(name: string): RandomSite {
    return { key: this.key, site: siteOf(this.path === '' ? name : `${this.path}.${name}`) }
  }
}

/** A mask at a place, or none when nothing is to be dropped. */
export function maskFor(
  random: Randomness | undefined,
  name: string,
  shape: Shape,
  rate: number,
): Tensor<'float'> | undefined {
  return random && rate > 0 ? dropoutMask(random.site(name), shape, rate) : undefined
}

/** x times a mask, or x itself without one. */
export function applyMask(x: Tensor<'float'>, mask: Tensor<'float'> | undefined): Tensor<'float'> {
  return mask ? mul(x, mask) : x
}
