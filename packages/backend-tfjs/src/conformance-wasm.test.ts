import '@tensorflow/tfjs-backend-wasm'
import { describeBackend } from '@dragoman/conformance/vitest'
import * as tf from '@tensorflow/tfjs-core'
import { tfjs } from './tfjs.ts'

describeBackend({
  name: 'tfjs-wasm',
  create: () => tfjs({ tf, backend: 'wasm' }),
  report: 'reports/conformance-tfjs-wasm.json',
})
