import type { Backend, Graph, HostArray, OpName } from '@dragoman/core'
import { Session } from '@dragoman/core'
import type { Arrays } from './array.ts'
import type { Tolerance } from './compare.ts'
import { firstDifference } from './compare.ts'
import type { Level } from './level.ts'
import { MismatchError } from './mismatch-error.ts'
import type { Precision } from './run-graph.ts'
import { precisionOf, runIn } from './run-graph.ts'

/** One thing that every backend must do. Runners know nothing else of it. */
export interface ConformanceCase {
  /** `level/name`, unique and stable: what a gap names. */
  readonly id: string
  readonly level: Level
  /** The ops that it is about, for a table of ops; none for whole models, memory and errors. */
  readonly ops: readonly OpName[]
  /**
   * Runs the case.
   *
   * @throws MismatchError when the backend gives something wrong or keeps memory; UnsupportedOpError
   *   when it does not have what the case needs.
   */
  run(backend: Backend): Promise<void>
}

/** What may differ, by what the floats of the backend are. */
export type Tolerances = Readonly<Record<Precision, Tolerance>>

/** What the body of a case works with. */
export class CaseContext {
  readonly id: string
  readonly backend: Backend
  readonly precision: Precision
  readonly seed: number | undefined
  /** Compiles each graph of the case once; it ends with the case. */
  readonly session: Session

  constructor(id: string, backend: Backend, precision: Precision, seed?: number) {
    this.id = id
    this.backend = backend
    this.precision = precision
    this.seed = seed
    this.session = new Session(backend)
  }

  /** The outputs of a graph on the backend under test. */
  readonly run = (graph: Graph, inputs: Arrays): Promise<Record<string, HostArray>> =>
    runIn(this.session, graph, inputs)

  /** Throws MismatchError unless every expected array is there and close. */
  expectClose(got: Arrays, expected: Arrays, tolerances: Tolerances | Tolerance): void {
    const tolerance = 'float32' in tolerances ? tolerances[this.precision] : tolerances
    for (const [output, want] of Object.entries(expected)) {
      const found = got[output]
      const difference = found
        ? firstDifference(found, want, tolerance)
        : { index: [], expected: 'an array', got: 'nothing' }
      if (difference) {
        throw new MismatchError({ caseId: this.id, output, seed: this.seed, ...difference })
      }
    }
  }

  /** Throws MismatchError unless two values are the same. */
  expectSame(output: string, got: number | string, expected: number | string): void {
    if (!Object.is(got, expected)) {
      throw new MismatchError({ caseId: this.id, output, expected, got, seed: this.seed })
    }
  }
}

/** What a case may say of itself. */
export interface CaseFacts {
  readonly ops?: readonly OpName[]
  /** What its random part is drawn from. */
  readonly seed?: number
}

/** A case from its body; it also holds the backend to giving all memory back. */
export function conformanceCase(
  level: Level,
  name: string,
  body: (context: CaseContext) => Promise<void>,
  { ops = [], seed }: CaseFacts = {},
): ConformanceCase {
  const id = `${level}/${name}`
  return {
    id,
    level,
    ops,
    async run(backend) {
      const before = backend.live()
      const context = new CaseContext(id, backend, await precisionOf(backend), seed)
      try {
        await body(context)
      } finally {
        await context.session.dispose()
      }
      const after = backend.live()
      context.expectSame('arrays left behind', after.arrays - before.arrays, 0)
      context.expectSame('bytes left behind', after.bytes - before.bytes, 0)
    },
  }
}
