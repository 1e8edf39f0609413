import { BackendError, neg, OptionError, trace } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { kernels } from './testing/kernels.ts'

describe('cpu', () => {
  test('says what it runs on', async () => {
    const [asked, plain] = [await cpu({ wasm: kernels, threads: 1 }), await cpu({ wasm: 'off' })]
    expect(asked.info()).toMatchObject({
      engine: `wasm-${kernels}`,
      simd: true,
      relaxed: kernels === 'relaxed',
      threads: 1,
      threadsReason: 'asked for by threads: 1',
    })
    expect(plain.info()).toMatchObject({
      engine: 'scalar',
      simd: false,
      relaxed: false,
      threads: 1,
      reason: expect.stringContaining('off'),
      threadsReason: expect.stringContaining('TypeScript'),
    })
  })

  test('refuses a constant that is no input', async () => {
    const backend = await cpu({ wasm: 'off' })
    const graph = trace('minus', (place) => ({ y: neg(place.input('x', 'float', [2])) }))
    await expect(backend.compile(graph, { constants: ['w'] })).rejects.toThrow(OptionError)
    await backend.dispose()
  })

  test('chooses by itself, and ends', async () => {
    const backend = await cpu()
    const { engine, threads, threadsReason } = backend.info()
    expect(engine).toMatch(/^wasm-/)
    expect(threads).toBeGreaterThanOrEqual(1)
    expect(threadsReason).toMatch(/hardware threads/)
    await backend.dispose()
  })

  test.each([
    [{ wasm: 'maybe' as 'off' }, /wasm is 'maybe'.*'auto', 'relaxed', 'simd' or 'off'/s],
    [{ threads: 0 }, /threads is 0.*from 1 to 64/s],
    [{ threads: 1.5 }, /threads is 1.5/],
    [{ threads: 'many' as 'auto' }, /threads is "many"/],
    [{ wasm: 'off', threads: 2 } as const, /threads is 2, but kernels in TypeScript run on one/],
  ])('refuses %o', async (options, message) => {
    await expect(cpu(options)).rejects.toThrow(BackendError)
    await expect(cpu(options)).rejects.toThrow(message)
  })
})
