import { describeBackend } from '@dragoman/conformance/vitest'
import { cpu } from './cpu.ts'

describeBackend({ name: 'cpu', create: () => cpu() })
describeBackend({ name: "cpu with wasm: 'off'", create: () => cpu({ wasm: 'off' }) })
