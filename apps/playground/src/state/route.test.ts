import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute } from './route.ts'

describe('the address', () => {
  it('holds the view and its state, whatever characters are in it', () => {
    const route = { view: 'look', state: { model: 'phrases', text: 'আমি & you? #1', head: '2' } } as const
    expect(parseRoute(formatRoute(route))).toEqual(route)
  })

  it.each([
    ['', 'try'],
    ['#/', 'try'],
    ['#/nowhere?x=1', 'try'],
    ['#/train', 'train'],
    ['#compare?backend=cpu', 'compare'],
  ])('%s is the view %s', (hash, view) => {
    expect(parseRoute(hash).view).toBe(view)
  })
})
