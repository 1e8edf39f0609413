import type { CaseResult } from '@dragoman/conformance'
import type { Limit } from './columns.ts'

/**
 * A result in the light of what the engine or the adapter cannot do, strict both ways: a case that a limit names
 * must fail in the way that it says, which counts as a gap; when it does not any more, that is a failure. So is a wrong
 * number, whatever the limit says.
 */
export function withLimits(result: CaseResult, limits: readonly Limit[]): CaseResult {
  const limit = limits.find(({ cases }) => cases.includes(result.id))
  if (!limit) return result
  const { message, reason: _, ...rest } = result
  if (message?.includes(limit.says) && !message.startsWith('MismatchError'))
    return { ...rest, status: 'gap', reason: limit.reason }
  const now = message ?? `it ${result.status}`
  return { ...rest, status: 'failed', message: `limit closed (${limit.reason}): delete its line\n${now}` }
}
