import { type BackendName, type Missing, missing } from '../../engine/backend-names.ts'
import { EngineClient } from '../../engine/client.ts'
import type { ModelSource } from '../../engine/model-source.ts'
import type { Measurement } from '../../engine/protocol.ts'

/** A line of the table. */
export interface Row {
  readonly backend: BackendName
  readonly status: 'waiting' | 'running' | 'done' | 'missing' | 'failed'
  readonly measurement?: Measurement
  /** Largest |logit − reference|. */
  readonly difference?: number
  readonly missing?: Missing
  readonly error?: unknown
}

/** What the table shows: the reference's text, once it is known, and a line for each backend. */
export interface Comparison {
  readonly expected?: string
  readonly rows: readonly Row[]
}

/**
 * The backends of the choice one after another, each in a worker of its own and from a cold start; `tell` hears of each
 * change. What is at work when `signal` aborts is ended, and nothing is told any more.
 */
export async function compare(
  source: ModelSource,
  input: string,
  chosen: readonly BackendName[],
  tell: (comparison: Comparison) => void,
  signal: AbortSignal,
): Promise<void> {
  let comparison: Comparison = { rows: chosen.map((backend) => ({ backend, status: 'waiting' })) }
  const change = (backend: BackendName, part: Partial<Row>) => {
    const rows = comparison.rows.map((row) => (row.backend === backend ? { ...row, ...part } : row))
    comparison = { ...comparison, rows }
    if (!signal.aborted) tell(comparison)
  }
  tell(comparison)
  const expected = await measured(source, 'reference', input, undefined, signal)
  comparison = { ...comparison, expected: expected.text }
  for (const backend of chosen) {
    const why = await missing(backend)
    if (why) {
      change(backend, { status: 'missing', missing: why })
      continue
    }
    change(backend, { status: 'running' })
    try {
      const measurement = await measured(source, backend, input, expected.text, signal)
      const difference = largestDifference(measurement.logits, expected.logits)
      change(backend, { status: 'done', measurement, difference })
    } catch (error) {
      signal.throwIfAborted()
      change(backend, { status: 'failed', error })
    }
  }
}

async function measured(
  source: ModelSource,
  backend: BackendName | 'reference',
  input: string,
  target: string | undefined,
  signal: AbortSignal,
): Promise<Measurement> {
  signal.throwIfAborted()
  const client = new EngineClient()
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return await Promise.race([client.measure(source, backend, input, target), aborted])
  } finally {
    client.end()
  }
}

/** The largest |a − b|; NaN where either is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (!(difference <= largest)) largest = difference
  }
  return largest
}
