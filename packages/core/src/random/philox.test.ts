import { describe, expect, it } from 'vitest'
import { philox, philoxBlock } from './philox.ts'

// Known answers for philox4x32, 10 rounds, from the file kat_vectors of Random123.
const cases = [
  {
    name: 'zeros',
    counter: [0, 0, 0, 0],
    key: [0, 0],
    words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    name: 'all ones',
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    name: 'digits of pi',
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
]

describe('philox', () => {
  it.each(cases)('gives the known answer for $name', ({ counter, key, words }) => {
    const out = new Uint32Array(4)
    philox(Uint32Array.from(counter), Uint32Array.from(key), out)
    expect([...out]).toEqual(words)
  })

  it('writes a block at its offset and nowhere else', () => {
    const out = new Uint32Array(12).fill(7)
    philoxBlock(0, 0, 0, 0, 0, 0, out, 4)
    expect([...out]).toEqual([7, 7, 7, 7, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 7, 7, 7, 7])
  })
})
