/** So many axes kernels take on every backend; with more, some throw, and some are wrong and say nothing. */
export const mostAxes = 4

/**
 * Shapes of one rank with fewer axes: neighbours at which the same shapes have size 1 become one, and axes at which
 * all have it go. The elements stay in their order, and the shapes broadcast as before.
 */
export function mergedShapes(shapes: readonly (readonly number[])[]): number[][] {
  const merged: number[][] = shapes.map(() => [])
  let last = ''
  shapes[0]!.forEach((_, axis) => {
    const sizes = shapes.map((shape) => shape[axis]!)
    if (sizes.every((size) => size === 1)) return
    const pattern = sizes.map((size) => (size === 1 ? 'one' : 'many')).join()
    merged.forEach((shape, i) => {
      if (pattern === last) shape[shape.length - 1]! *= sizes[i]!
      else shape.push(sizes[i]!)
    })
    last = pattern
  })
  return merged
}

/** A shape with axes of size 1 in front, up to a rank. */
export function ofRank(rank: number, shape: readonly number[]): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape]
}

/** What two shapes that fit broadcast to. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  const [left, right] = [ofRank(rank, a), ofRank(rank, b)]
  return left.map((size, axis) => (size === 1 ? right[axis]! : size))
}
