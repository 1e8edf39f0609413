import type { CaseResult } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import { withLimits } from './limits.ts'

const limits = [{ reason: 'the adapter flushes', says: 'MismatchError', cases: ['ops/log'] }]
const result: CaseResult = { id: 'ops/log', level: 'ops', ops: ['log'], status: 'passed', ms: 0 }
const wrong: CaseResult = { ...result, status: 'failed', message: 'MismatchError: ops/log: y is wrong' }

test('a case that fails as its limit says is a gap with the reason', () => {
  const { message: _, ...rest } = wrong
  expect(withLimits(wrong, limits)).toEqual({ ...rest, status: 'gap', reason: 'the adapter flushes' })
})

test('a limit that is not met any more is a failure', () => {
  const closed = withLimits(result, limits)
  expect(closed.status).toBe('failed')
  expect(closed.message).toContain('limit closed')
})

test('a case that fails in another way stays a failure, with what it said', () => {
  const crash: CaseResult = { ...result, status: 'failed', message: 'BackendError: lost' }
  const seen = withLimits(crash, limits)
  expect(seen.status).toBe('failed')
  expect(seen.message).toContain('BackendError: lost')
})

test('other cases stay as they are', () => {
  const other: CaseResult = { ...wrong, id: 'ops/exp' }
  expect(withLimits(other, limits)).toBe(other)
})
