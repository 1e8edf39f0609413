/** What one contestant did on one workload. */
export interface Result {
  readonly workload: string
  /** Id of the contestant. */
  readonly id: string
  /** Median of all runs, in milliseconds. */
  readonly medianMs: number
  readonly minMs: number
  readonly runs: number
  /** Median milliseconds of each round, in which all ran in turn. */
  readonly rounds: readonly number[]
  /** What it computed, in short. */
  readonly seen?: string
  /** Peak memory of the process in MB, where that was measured. */
  readonly peakMegabytes?: number
  /** Versions, threads, engine. */
  readonly facts?: Readonly<Record<string, string | number>>
}

/** One who took part and has no result. */
export interface Failure {
  readonly workload: string
  readonly id: string
  readonly problem: string
}

/** Results, and what went wrong. */
export interface Outcomes {
  readonly results: readonly Result[]
  readonly failures: readonly Failure[]
}
