import { describe, expect, test } from 'vitest'
import { lineBatches } from './line-batches.ts'

async function collect(lines: AsyncIterable<string>, size: number): Promise<string[][]> {
  const batches: string[][] = []
  for await (const batch of lineBatches(lines, size)) batches.push(batch)
  return batches
}

describe('lineBatches', () => {
  test('groups what is there at once', async () => {
    async function* lines() {
      yield* ['a', 'b', 'c', 'd', 'e']
    }
    expect(await collect(lines(), 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  test('does not wait for a line that is not there yet', async () => {
    let send = (_line: string) => {}
    async function* lines() {
      yield 'a'
      yield 'b'
      yield await new Promise<string>((resolve) => {
        send = resolve
      })
    }
    const batches = lineBatches(lines(), 10)
    expect((await batches.next()).value).toEqual(['a', 'b'])
    const next = batches.next()
    send('c')
    expect((await next).value).toEqual(['c'])
    expect((await batches.next()).done).toBe(true)
  })

  test('hands out the lines before an error, then the error', async () => {
    async function* lines() {
      yield 'a'
      throw new Error('broken')
    }
    const batches = lineBatches(lines(), 10)
    expect((await batches.next()).value).toEqual(['a'])
    await expect(batches.next()).rejects.toThrow('broken')
  })

  test('no lines, no batches', async () => {
    async function* lines(): AsyncGenerator<string> {}
    expect(await collect(lines(), 3)).toEqual([])
  })
})
