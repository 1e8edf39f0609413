import { expect, test, vi } from 'vitest'
import { checkedOnce } from './entrant.ts'

test('a task that is checked once reads its first result alone', async () => {
  const make = vi.fn()
  const read = vi.fn(async () => [7])
  const task = checkedOnce(make, read)
  expect([await task(), await task(), await task()]).toEqual([[7], [], []])
  expect([make, read].map(({ mock }) => mock.calls.length)).toEqual([2, 1])
})
