import '@tensorflow/tfjs-backend-cpu'
import { describeBackend } from '@dragoman/conformance/vitest'
import * as tf from '@tensorflow/tfjs-core'
import { tfjs } from './tfjs.ts'

describeBackend({
  name: 'tfjs-cpu',
  create: () => tfjs({ tf, backend: 'cpu' }),
  report: 'reports/conformance-tfjs-cpu.json',
})
