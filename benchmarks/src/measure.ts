/** One result; printed as a JSON line. */
export interface Row {
  readonly peer: string
  readonly workload: string
  readonly medianMs: number
  readonly minMs: number
  readonly runs: number
  readonly [note: string]: string | number | undefined
}

/** How long to measure. */
export interface Budget {
  readonly warmup?: number
  readonly leastRuns?: number
  readonly milliseconds?: number
}

/** Times of single runs after a warm-up, for about the budget's time. */
export async function measure(
  run: () => unknown,
  { warmup = 2, leastRuns = 5, milliseconds = 3000 }: Budget = {},
): Promise<{ medianMs: number; minMs: number; runs: number }> {
  for (let i = 0; i < warmup; i++) await run()
  const times: number[] = []
  const end = performance.now() + milliseconds
  while (times.length < leastRuns || (times.length < 300 && performance.now() < end)) {
    const begin = performance.now()
    await run()
    times.push(performance.now() - begin)
  }
  return { medianMs: round(median(times)), minMs: round(Math.min(...times)), runs: times.length }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function round(x: number): number {
  return Number(x.toPrecision(4))
}
