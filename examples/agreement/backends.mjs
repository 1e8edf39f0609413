// The four backends that are compared, by name; each is loaded when it is asked for.
import { cpu } from '@dragoman/backend-cpu'

/** Makes a backend. One thread each, so that the times beside each other mean the same. */
export const makers = {
  cpu: () => cpu(),
  'tfjs-wasm': async () => {
    const [tf, { tfjs }] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@dragoman/backend-tfjs'),
      import('@tensorflow/tfjs-backend-wasm'),
    ])
    await tf.setBackend('wasm')
    return tfjs({ tf })
  },
  'onnx-wasm': async () => {
    const [ort, { onnx }] = await Promise.all([import('onnxruntime-web'), import('@dragoman/backend-onnx')])
    ort.env.wasm.numThreads = 1
    return onnx({ ort })
  },
  'onnx-node': async () => {
    const [ort, { onnx }] = await Promise.all([import('onnxruntime-node'), import('@dragoman/backend-onnx')])
    return onnx({ ort, session: { intraOpNumThreads: 1 } })
  },
}
