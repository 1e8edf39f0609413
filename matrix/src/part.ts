import { type CaseResult, conformanceCases, type Gap, runSuite } from '@dragoman/conformance'
import type { Backend } from '@dragoman/core/backend'
import type { Limit } from './columns.ts'
import { withLimits } from './limits.ts'

/** What a host asks of the process or the page that it opened: these cases, in this order. */
export interface Part {
  readonly column: string
  /** Ids of cases; undefined: the whole suite. */
  readonly ids: readonly string[] | undefined
}

/** What the process or page says of a part; plain data. */
export type Message =
  | { readonly type: 'ready'; readonly info: BackendInfo }
  | { readonly type: 'result'; readonly result: CaseResult }
  | { readonly type: 'end' }
  /** The backend did not start, or its device is gone: nothing more will come. */
  | { readonly type: 'stopped'; readonly problem: string }

export type BackendInfo = Readonly<Record<string, string | number | boolean>>

/** How a part is run, beside what was asked. */
export interface PartOptions {
  readonly create: () => Promise<Backend>
  readonly gaps: readonly Gap[]
  readonly limits: readonly Limit[]
  readonly send: (message: Message) => void
}

/** Runs a part of the suite where the backend lives, and says how each case ended. */
export async function runPart(
  { column, ids }: Part,
  { create, gaps, limits, send }: PartOptions,
): Promise<void> {
  try {
    const wanted = new Set(ids)
    const all = conformanceCases()
    await runSuite({
      name: column,
      create: async () => {
        const backend = await create()
        send({ type: 'ready', info: backend.info() })
        return backend
      },
      gaps,
      cases: ids === undefined ? all : all.filter(({ id }) => wanted.has(id)),
      onResult: (result) => send({ type: 'result', result: withLimits(result, limits) }),
    })
    send({ type: 'end' })
  } catch (error) {
    send({ type: 'stopped', problem: String(error) })
  }
}
