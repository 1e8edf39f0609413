import { expect, test } from 'vitest'
import { bytesPerPass, computingLoop, operationsPerPass, readingLoop } from './loops.ts'

function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  return exports.run as (from: number, to: number) => number
}

test('the reading loop adds up every fourth float of what it is shown', () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const floats = new Float32Array(memory.buffer)
  floats.forEach((_, i) => {
    floats[i] = i % 4 === 0 ? i / 4 : 1000
  })
  const run = instantiate(readingLoop(), memory)
  // The first lanes of the vectors 8 to 23, which are their numbers: two passes of 8 vectors.
  expect(run(bytesPerPass, 3 * bytesPerPass)).toBe(
    Array.from({ length: 16 }, (_, i) => 8 + i).reduce((a, b) => a + b),
  )
})

test('the computing loop multiplies and adds as often as it is told', () => {
  const run = instantiate(computingLoop(false), new WebAssembly.Memory({ initial: 1 }))
  const chains = operationsPerPass / 8
  // x ← 0.999 x + 0.001 from 0, three times: 1 − 0.999³.
  expect(run(0, 3)).toBeCloseTo(chains * (1 - 0.999 ** 3), 6)
})
