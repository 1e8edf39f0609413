// Hands ONNX Runtime in: both of its modules must be what the backend asks for. It is compiled, not run.
import { onnx } from '@dragoman/backend-onnx'
import type { Backend } from '@dragoman/core'
import * as ortNode from 'onnxruntime-node'
import * as ortWeb from 'onnxruntime-web'

export const backends: Promise<Backend>[] = [
  onnx({ ort: ortNode, session: { intraOpNumThreads: 1 } }),
  onnx({ ort: ortWeb, providers: ['wasm'] }),
]

// @ts-expect-error the whole module is needed
onnx({ ort: { env: ortWeb.env } })
