import type { Backend, Graph, HostArray } from '@dragoman/core'
import type { Arrays } from './array.ts'
import type { Tolerance } from './compare.ts'
import { firstDifference } from './compare.ts'
import { MismatchError } from './mismatch-error.ts'
import type { Precision, RunHost } from './run-graph.ts'
import { precisionOf, runGraph, withProgram } from './run-graph.ts'

/** What a case is about, from the smallest part to the largest. */
export type Level = 'ops' | 'gradients' | 'goldens' | 'laws'

/** One thing that every backend must do. Runners know nothing else of it. */
export interface ConformanceCase {
  /** `level/name`, unique and stable: what a gap names. */
  readonly id: string
  readonly level: Level
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

  constructor(id: string, backend: Backend, precision: Precision, seed?: number) {
    this.id = id
    this.backend = backend
    this.precision = precision
    this.seed = seed
  }

  /** The outputs of a graph on the backend under test. */
  run(graph: Graph, inputs: Arrays): Promise<Record<string, HostArray>> {
    return runGraph(this.backend, graph, inputs)
  }

  /** Lends a graph compiled on the backend under test, to be run several times. */
  withProgram<T>(graph: Graph, use: (run: RunHost) => Promise<T>): Promise<T> {
    return withProgram(this.backend, graph, use)
  }

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

/** A case from its body; it also holds the backend to giving all memory back. */
export function conformanceCase(
  level: Level,
  name: string,
  body: (context: CaseContext) => Promise<void>,
  seed?: number,
): ConformanceCase {
  const id = `${level}/${name}`
  return {
    id,
    level,
    async run(backend) {
      const before = backend.live()
      const context = new CaseContext(id, backend, await precisionOf(backend), seed)
      await body(context)
      const after = backend.live()
      context.expectSame('arrays left behind', after.arrays - before.arrays, 0)
      context.expectSame('bytes left behind', after.bytes - before.bytes, 0)
    },
  }
}
