import { describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'

describe('cpu', () => {
  test('says what it runs on', async () => {
    const [simd, plain] = [await cpu(), await cpu({ wasm: 'off' })]
    expect(simd.info()).toMatchObject({ engine: 'wasm-simd', simd: true, threads: 1 })
    expect(plain.info()).toMatchObject({
      engine: 'scalar',
      simd: false,
      threads: 1,
      reason: expect.stringContaining('off'),
    })
    await expect(cpu({ wasm: 'maybe' as 'off' })).rejects.toThrow(/wasm is 'maybe'/)
  })
})
