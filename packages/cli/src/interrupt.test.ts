import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForInterrupt } from './interrupt.ts'

test('the first signal asks to stop, a later one ends at once', () => {
  const emitter = new EventEmitter()
  let [nowMs, exits] = [0, 0]
  const { signal, release } = listenForInterrupt(
    emitter,
    () => nowMs,
    () => exits++,
  )
  expect(signal.aborted).toBe(false)
  emitter.emit('SIGINT')
  expect([signal.aborted, exits]).toEqual([true, 0])
  nowMs = 100
  // The same key, passed on by npx.
  emitter.emit('SIGINT')
  expect(exits).toBe(0)
  nowMs = 2000
  emitter.emit('SIGTERM')
  expect(exits).toBe(1)
  release()
  expect(emitter.listenerCount('SIGINT') + emitter.listenerCount('SIGTERM')).toBe(0)
})
