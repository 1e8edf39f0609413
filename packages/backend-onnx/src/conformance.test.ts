import { describeBackend } from '@dragoman/conformance/vitest'
import * as node from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { onnx } from './onnx.ts'

// Before the first session: the engine reads it once.
web.env.wasm.numThreads = 1

describeBackend({
  name: 'onnx-node',
  create: () => onnx({ ort: node, session: { intraOpNumThreads: 1, interOpNumThreads: 1 } }),
  report: 'reports/conformance-onnx-node.json',
})
describeBackend({
  name: 'onnx-wasm',
  create: () => onnx({ ort: web }),
  report: 'reports/conformance-onnx-wasm.json',
})
