import { expect, it } from 'vitest'
import { siteOf } from './site.ts'

// '' 'a' 'foobar': the published 32-bit FNV-1a test vectors. The last: its UTF-8 bytes e0 a6 95,
// by the same formula in Python.
it.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
  ['ক', 0xca5f13ca],
])('siteOf(%o)', (path, site) => {
  expect(siteOf(path)).toBe(site)
})
