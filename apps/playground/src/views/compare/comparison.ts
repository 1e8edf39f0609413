import { type BackendName, type Missing, missing } from '../../engine/backend-names.ts'
import { EngineClient } from '../../engine/client.ts'
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

/** The backends of the choice one after another, each in a worker of its own and from a cold start; `tell` hears of each change. */
export async function compare(
  model: string,
  input: string,
  chosen: readonly BackendName[],
  tell: (rows: readonly Row[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let rows: readonly Row[] = chosen.map((backend) => ({ backend, status: 'waiting' }))
  const change = (backend: BackendName, part: Partial<Row>) => {
    rows = rows.map((row) => (row.backend === backend ? { ...row, ...part } : row))
    if (!signal.aborted) tell(rows)
  }
  tell(rows)
  const expected = await measured(model, 'reference', input)
  for (const backend of chosen) {
    if (signal.aborted) return
    const why = await missing(backend)
    if (why) {
      change(backend, { status: 'missing', missing: why })
      continue
    }
    change(backend, { status: 'running' })
    try {
      const measurement = await measured(model, backend, input, expected.text)
      const difference = largestDifference(measurement.logits, expected.logits)
      change(backend, { status: 'done', measurement, difference })
    } catch (error) {
      change(backend, { status: 'failed', error })
    }
  }
}

async function measured(
  model: string,
  backend: BackendName | 'reference',
  input: string,
  target?: string,
): Promise<Measurement> {
  const client = new EngineClient()
  try {
    return await client.measure({ from: 'shipped', name: model }, backend, input, target)
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
