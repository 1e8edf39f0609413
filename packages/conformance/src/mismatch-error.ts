import { DragomanError } from '@dragoman/core'

/** What a {@link MismatchError} knows. */
export interface MismatchParts {
  /** Id of the conformance case. */
  readonly caseId: string
  /** Name of the output, gradient or property that is wrong. */
  readonly output: string
  /** Index along each axis of the first wrong element; none when the whole is wrong. */
  readonly index?: readonly number[]
  readonly expected: number | string
  readonly got: number | string
  /** The largest difference that would pass. */
  readonly tolerance?: number
  /** What the random part of the case was drawn from. */
  readonly seed?: number | undefined
}

/**
 * A backend gave something else than it must. The message names the case, the output, the first wrong
 * element, what was expected, what came, and what may differ.
 *
 * Fields: `caseId`, `output`, `index`, `expected`, `got`, `tolerance`, `seed`.
 */
export class MismatchError extends DragomanError {
  static override readonly errorName: string = 'MismatchError'
  readonly caseId: string
  readonly output: string
  readonly index: readonly number[] | undefined
  readonly expected: number | string
  readonly got: number | string
  readonly tolerance: number | undefined
  readonly seed: number | undefined

  constructor(parts: MismatchParts) {
    const { caseId, output, index, expected, got, tolerance, seed } = parts
    const place = index && index.length > 0 ? ` at [${index.join(', ')}]` : ''
    const seen = [`expected  ${expected}`, `got       ${got}`]
    if (tolerance !== undefined) seen.push(`may differ by ${tolerance}`)
    if (seed !== undefined) seen.push(`seed ${seed}`)
    super({ operation: caseId, problem: `${output} is wrong${place}`, seen })
    this.caseId = caseId
    this.output = output
    this.index = index
    this.expected = expected
    this.got = got
    this.tolerance = tolerance
    this.seed = seed
  }
}
