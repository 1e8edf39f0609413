/**
 * The exponent p of y = c · xᵖ that fits best: the slope of the least-squares line through the logarithms.
 *
 * @param points two or more, all positive, not all of one x.
 */
export function exponentOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }))
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const center = { x: meanOf(logs.map(({ x }) => x)), y: meanOf(logs.map(({ y }) => y)) }
  const together = logs.reduce((sum, { x, y }) => sum + (x - center.x) * (y - center.y), 0)
  return together / logs.reduce((sum, { x }) => sum + (x - center.x) ** 2, 0)
}
