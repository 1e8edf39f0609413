import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Row } from './measure.ts'

/** What a script of `python/` prints, where DRAGOMAN_PYTHON names a Python that has PyTorch. */
export function pytorch(script: string, options: readonly string[]): Row | undefined {
  const python = process.env.DRAGOMAN_PYTHON
  if (!python) return undefined
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url))
  return JSON.parse(execFileSync(python, [path, '--threads', '1', ...options], { encoding: 'utf8' })) as Row
}
