import { expect, test } from 'vitest'
import { opcodesSource } from './assembly-source.ts'
import { elementwiseOps } from './elementwise-ops.ts'
import { instructions } from './encoding.ts'

test('assembly/opcodes.ts says what the encoding says (vitest run -u writes it anew)', async () => {
  await expect(opcodesSource()).toMatchFileSnapshot('../../assembly/opcodes.ts')
})

test('no opcode and no operation code is used twice', () => {
  for (const table of [instructions, elementwiseOps]) {
    const codes = Object.values(table).map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
  }
})
