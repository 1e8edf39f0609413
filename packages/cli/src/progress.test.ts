import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

class Screen extends Writable {
  readonly isTTY: boolean
  readonly columns = 60
  text = ''

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

test('a file gets a line now and then', () => {
  let now = 0
  const screen = new Screen(false)
  const progress = createProgress({ stderr: screen, clock: () => now })
  for (; now <= 30_000; now += 500) progress.update(now / 30_000, `at ${now}`)
  progress.note('a note')
  progress.stop()
  expect(screen.text).toBe('  7%  at 2000\n 40%  at 12000\n 73%  at 22000\na note\n')
})

test('a terminal gets a bar within its width, and notes above it; in the end the bar is gone', () => {
  const screen = new Screen(true)
  const progress = createProgress({ stderr: screen, clock: () => 0 })
  progress.update(0.5, 'x'.repeat(100))
  progress.note('a note')
  progress.stop()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
  const shown = screen.text.split(/\u001b\[\d*[A-Z]|\n/i).filter((part) => part !== '')
  expect(shown).toContain('a note')
  const bar = shown.find((part) => part.includes('%'))!
  expect(bar).toMatch(/^█{7}░{7} 50% {2}x+$/)
  expect(bar).toHaveLength(60)
  // Cursor and wrapping stay as they were, and the last thing is to clear what is below the cursor.
  expect(screen.text).not.toMatch(/\[\?/)
  expect(screen.text.endsWith('\u001b[0J')).toBe(true)
})
