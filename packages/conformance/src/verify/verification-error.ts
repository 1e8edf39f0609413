import { DragomanError } from '@dragoman/core'

/** What a {@link VerificationError} knows. */
export interface VerificationParts {
  readonly backend: string
  /** Name of the first output that is wrong. */
  readonly output: string
  /** Index along each axis of its first wrong element; none when the whole is wrong. */
  readonly index: readonly number[]
  readonly expected: number | string
  readonly got: number | string
  /** The largest difference that would pass. */
  readonly tolerance: number | undefined
  /** What the backend says of itself. */
  readonly info: Readonly<Record<string, string | number | boolean>>
}

/**
 * On this machine a backend gives other numbers for a model than the float64 reference.
 *
 * Fields: `backend`, `output`, `index`, `expected`, `got`, `tolerance`, `info`, `hint`.
 */
export class VerificationError extends DragomanError {
  static override readonly errorName: string = 'VerificationError'
  readonly backend: string
  readonly output: string
  readonly index: readonly number[]
  readonly expected: number | string
  readonly got: number | string
  readonly tolerance: number | undefined
  readonly info: VerificationParts['info']

  constructor({ backend, output, index, expected, got, tolerance, info }: VerificationParts) {
    const place = index.length > 0 ? ` at [${index.join(', ')}]` : ''
    const facts = Object.entries(info).map(([name, value]) => `${name}: ${value}`)
    super({
      operation: `verify on ${backend}`,
      problem: `${output}${place} is not what the float64 reference gives`,
      seen: [
        `expected  ${expected}`,
        `got       ${got}`,
        ...(tolerance === undefined ? [] : [`may differ by ${tolerance}`]),
        ...facts,
      ],
      hint: 'do not use this backend for this model here: take another, or another setting of it, and report what stands above',
    })
    this.backend = backend
    this.output = output
    this.index = index
    this.expected = expected
    this.got = got
    this.tolerance = tolerance
    this.info = info
  }
}
