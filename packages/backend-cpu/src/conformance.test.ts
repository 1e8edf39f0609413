import { describeBackend } from '@dragoman/conformance/vitest'
import { cpu } from './cpu.ts'
import { onThreads } from './testing/compare-backends.ts'
import { kernels } from './testing/kernels.ts'

if (kernels === 'simd') {
  const create = () => cpu({ wasm: 'simd', threads: 1 })
  describeBackend({ name: 'cpu', create, report: 'reports/conformance-cpu.json' })
  describeBackend({ name: "cpu with wasm: 'off'", create: () => cpu({ wasm: 'off' }) })
} else {
  describeBackend({ name: 'cpu with relaxed SIMD, on 2 threads', create: () => onThreads(2) })
}
