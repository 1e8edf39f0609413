import { conformanceCases } from '@dragoman/conformance'
import { describeBackend } from '@dragoman/conformance/vitest'
import type { Backend } from '@dragoman/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { cpu } from './cpu.ts'
import { onThreads } from './testing/compare-backends.ts'
import { kernels } from './testing/kernels.ts'

// What conformance.test.ts leaves. Bits do not depend on the number of threads (threads.test.ts), so the levels that take
// longest are run here only when they are asked for.
const variant =
  kernels === 'simd'
    ? { name: 'cpu with plain SIMD, on 2 threads', create: () => onThreads(2) }
    : { name: 'cpu with relaxed SIMD, on 1 thread', create: () => cpu({ wasm: 'relaxed', threads: 1 }) }

const longLevels: readonly string[] = ['laws', 'training', 'decoding']

if (process.env.CONFORMANCE === 'all') describeBackend(variant)
else {
  describe(variant.name, () => {
    let backend: Backend
    beforeAll(async () => {
      backend = await variant.create()
    })
    afterAll(() => backend.dispose())
    for (const each of conformanceCases()) {
      if (!longLevels.includes(each.level)) test(each.id, () => each.run(backend))
    }
  })
}
