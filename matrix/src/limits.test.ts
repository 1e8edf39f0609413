import type { CaseResult } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import { withLimits } from './limits.ts'

const limits = [{ reason: 'the adapter has no memory', says: 'too large', cases: ['ops/log'] }]
const result: CaseResult = { id: 'ops/log', level: 'ops', ops: ['log'], status: 'passed', ms: 0 }
const broken: CaseResult = { ...result, status: 'failed', message: 'BackendError: a buffer is too large' }

test('a case that fails as its limit says is a gap with the reason', () => {
  const { message: _, ...rest } = broken
  expect(withLimits(broken, limits)).toEqual({ ...rest, status: 'gap', reason: 'the adapter has no memory' })
})

test('a limit that is not met any more is a failure', () => {
  const closed = withLimits(result, limits)
  expect(closed.status).toBe('failed')
  expect(closed.message).toContain('limit closed')
})

test('a case that fails in another way stays a failure, with what it said', () => {
  const crash: CaseResult = { ...broken, message: 'BackendError: lost' }
  const seen = withLimits(crash, limits)
  expect(seen.status).toBe('failed')
  expect(seen.message).toContain('BackendError: lost')
})

test('a wrong number stays a failure', () => {
  const wrong: CaseResult = { ...broken, message: 'MismatchError: ops/log: y is wrong: too large' }
  expect(withLimits(wrong, limits).status).toBe('failed')
})

test('other cases stay as they are', () => {
  const other: CaseResult = { ...broken, id: 'ops/exp' }
  expect(withLimits(other, limits)).toBe(other)
})
