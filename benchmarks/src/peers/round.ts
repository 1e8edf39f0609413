import type { Task } from './entrant.ts'

/** What a round asks for. */
export interface RoundRequest {
  readonly workload: string
  readonly milliseconds: number
  readonly leastRuns: number
}

/** What it gave: milliseconds of each run, and what the runs returned. */
export interface RoundAnswer {
  readonly times: readonly number[]
  readonly results: readonly (readonly number[])[]
}

/** What plays rounds: a task here, or a page. */
export interface Player {
  readonly facts: Readonly<Record<string, string | number>>
  play(request: RoundRequest): Promise<RoundAnswer>
  close?(): Promise<void>
}

/** Runs a task for about the time asked for. */
export async function playRound(task: Task, { milliseconds, leastRuns }: RoundRequest): Promise<RoundAnswer> {
  const times: number[] = []
  const results: (readonly number[])[] = []
  const end = performance.now() + milliseconds
  while (times.length < leastRuns || performance.now() < end) {
    const begin = performance.now()
    const result = await task()
    times.push(performance.now() - begin)
    results.push(result)
  }
  return { times, results }
}
