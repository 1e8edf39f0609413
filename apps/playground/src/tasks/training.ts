/** Pairs in a step. */
export const batchSize = 64

/** Steps in which the learning rate rises. */
export function warmupOf(steps: number): number {
  return Math.min(100, Math.floor(steps / 10))
}
