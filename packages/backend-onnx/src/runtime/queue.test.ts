import { expect, test } from 'vitest'
import { Queue } from './queue.ts'

test('starts each task when the one before has ended, also when that failed', async () => {
  const queue = new Queue()
  const events: string[] = []
  const task = (name: string, fails = false) =>
    queue.add(async () => {
      events.push(`${name} starts`)
      await Promise.resolve()
      events.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([task('a'), task('b', true), task('c')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(events).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} starts`, `${name} ends`]))
})
