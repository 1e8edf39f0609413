/** The dimensions of a strided copy; strides in elements, of any sign, dst's not 0 where the size is above 1. */
export interface CopyLayout {
  readonly dims: readonly number[]
  readonly dstStrides: readonly number[]
  readonly srcStrides: readonly number[]
}

/**
 * The same copy in as few dimensions as possible: sizes of 1 are dropped, and neighbours that both sides walk as
 * one are joined. So a transpose of two axes of many comes to the walker as a 2-D one, and a plain copy as a run.
 */
export function simplifyCopy(layout: CopyLayout): CopyLayout {
  const dims: number[] = []
  const dstStrides: number[] = []
  const srcStrides: number[] = []
  layout.dims.forEach((size, i) => {
    if (size === 1) return
    const dstStride = layout.dstStrides[i]!
    const srcStride = layout.srcStrides[i]!
    const last = dims.length - 1
    const joins =
      last >= 0 && dstStrides[last] === dstStride * size && srcStrides[last] === srcStride * size && size > 0
    if (joins) {
      dims[last] = dims[last]! * size
      dstStrides[last] = dstStride
      srcStrides[last] = srcStride
    } else {
      dims.push(size)
      dstStrides.push(dstStride)
      srcStrides.push(srcStride)
    }
  })
  return { dims, dstStrides, srcStrides }
}
