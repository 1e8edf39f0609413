import type { ArchitectureName } from '../tasks/architectures.ts'
import type { TaskName } from '../tasks/tasks.ts'
import type { BackendName } from './backend-names.ts'

/** What a person chose for a run. */
export interface RunPlan {
  readonly task: TaskName
  readonly architecture: ArchitectureName
  readonly backend: BackendName
  readonly steps: number
  readonly learningRate: number
  readonly seed: number
  /** The pairs of a task of one's own, as TSV. */
  readonly pasted?: string
  /** What such pairs are cut into; characters by default. */
  readonly units?: 'char' | 'word'
}

/** What one look at held-out pairs showed. */
export interface Check {
  readonly step: number
  /** Nats per token. */
  readonly loss: number
  /** Share of the pairs looked at that were right to the last token. */
  readonly accuracy: number
  readonly samples: readonly {
    readonly source: string
    readonly expected: string
    readonly got: string
  }[]
}

/** A run as it is kept: its plan, and its curves so far. */
export interface RunRecord {
  readonly id: string
  readonly plan: RunPlan
  readonly losses: readonly number[]
  readonly checks: readonly Check[]
  readonly step: number
  readonly isDone: boolean
}

/** News of a run, a few times a second. */
export interface RunNews {
  readonly losses: readonly number[]
  readonly checks: readonly Check[]
  readonly step: number
  readonly tokensPerSecond: number
  readonly secondsLeft: number
}
