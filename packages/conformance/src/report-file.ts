import type { SuiteReport } from './run-suite.ts'

/** Where a report goes: a path, written as JSON, or a function. */
export type ReportTarget = string | ((report: SuiteReport) => void | Promise<void>)

/** Hands a report over; folders on the way to a path are made. Only a path needs a file system. */
export async function deliver(report: SuiteReport, target: ReportTarget): Promise<void> {
  if (typeof target !== 'string') {
    await target(report)
    return
  }
  // biome-ignore lint/correctness/noNodejsModules: only where a path is given
  const { mkdir, writeFile } = await import('node:fs/promises')
  // biome-ignore lint/correctness/noNodejsModules: only where a path is given
  const { dirname } = await import('node:path')
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, `${JSON.stringify(report, null, 2)}\n`)
}
