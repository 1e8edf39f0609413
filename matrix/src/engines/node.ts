import type { Backend } from '@dragoman/core/backend'
import type { NodeColumnName } from '../columns.ts'
import { onnxNative, onnxWasm } from './onnx-node.ts'
import { tfjsInNode } from './tfjs-node.ts'

/** How the backend of each column in Node is made; a column has a process of its own. */
export const nodeEngines: Readonly<Record<NodeColumnName, () => Promise<Backend>>> = {
  cpu: async () => (await import('@dragoman/backend-cpu')).cpu(),
  'tfjs-cpu': () => tfjsInNode('cpu'),
  'tfjs-wasm': () => tfjsInNode('wasm'),
  'onnx-wasm': onnxWasm,
  'onnx-node': onnxNative,
}
