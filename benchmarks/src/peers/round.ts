import type { Entrant } from './entrant.ts'

/** `wall`, or `cpu`: the time that the process computed, which a busy machine disturbs less. */
export type Clock = 'wall' | 'cpu'

/** What a round asks for. */
export interface RoundRequest {
  readonly milliseconds: number
  readonly leastRuns: number
  readonly clock: Clock
}

/** What it gave: milliseconds of each run, and what the runs returned. */
export interface RoundAnswer {
  readonly times: readonly number[]
  readonly results: readonly (readonly number[])[]
}

/** Runs an entrant for about the time asked for. */
export async function playRound(
  entrant: Entrant,
  { milliseconds, leastRuns, clock }: RoundRequest,
): Promise<RoundAnswer> {
  const times: number[] = []
  const results: (readonly number[])[] = []
  const end = performance.now() + milliseconds
  while (times.length < leastRuns || performance.now() < end) {
    const begin = readClock(clock)
    results.push(await entrant.run())
    times.push(readClock(clock) - begin)
  }
  return { times, results }
}

/** Milliseconds since some moment. */
export function readClock(clock: Clock): number {
  if (clock === 'wall') return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
