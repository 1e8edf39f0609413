import type { HostArray } from '../backend/contract.ts'
import type { Parameter } from '../graph/tensor.ts'
import { RandomStream, siteOf } from '../random/index.ts'

/**
 * The first value of a weight: a function of the seed and its path alone, so that it is the same on
 * every backend, and adding a weight to a model changes no other.
 */
export function initialValue({ path, shape, initializer }: Parameter, seed: number): HostArray {
  const count = shape.reduce((product, size) => product * size, 1)
  const data = new Float32Array(count)
  const stream = new RandomStream(seed)
  const at = { step: 0, site: siteOf(path) }
  if (initializer.type === 'ones') data.fill(1)
  else if (initializer.type === 'constant') data.fill(initializer.value)
  else if (initializer.type === 'uniform') {
    stream.uniform(data, at)
    const { bound } = initializer
    for (let i = 0; i < count; i++) data[i] = (2 * data[i]! - 1) * bound
  } else if (initializer.type === 'normal') {
    stream.normal(data, at)
    for (let i = 0; i < count; i++) data[i] = data[i]! * initializer.deviation
  } else if (initializer.type === 'orthogonal') {
    stream.normal(data, at)
    orthogonalize(data, shape, initializer.blocks)
  }
  return { kind: 'float', shape, data }
}

/**
 * Makes the rows of each of `blocks` square blocks orthonormal by modified Gram–Schmidt.
 *
 * Source: Saxe et al. 2014, arXiv:1312.6120, for why; the decomposition is the textbook's.
 */
function orthogonalize(data: Float32Array, shape: readonly number[], blocks: number): void {
  const columns = shape[1]!
  const rows = shape[0]! / blocks
  for (let block = 0; block < blocks; block++) {
    const row = (i: number) => data.subarray((block * rows + i) * columns, (block * rows + i + 1) * columns)
    for (let i = 0; i < rows; i++) {
      const current = row(i)
      for (let j = 0; j < i; j++) {
        const other = row(j)
        let dot = 0
        for (let k = 0; k < columns; k++) dot += current[k]! * other[k]!
        for (let k = 0; k < columns; k++) current[k] = current[k]! - dot * other[k]!
      }
      let square = 0
      for (const x of current) square += x * x
      const scale = 1 / Math.sqrt(square)
      for (let k = 0; k < columns; k++) current[k] = current[k]! * scale
    }
  }
}
