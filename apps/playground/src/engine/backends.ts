import type { Backend } from '@dragoman/core'
import type { BackendName } from './backend-names.ts'

/** How each backend is made; nothing of one is loaded before it is asked for. */
const makers: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  cpu: async () => (await import('@dragoman/backend-cpu')).cpu(),
  'tfjs-wasm': async () => {
    const [tf, wasm, simd, plain] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    ])
    // Its threads start from a Blob, which a strict policy of the host forbids.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    wasm.setWasmPaths({
      'tfjs-backend-wasm.wasm': plain.default,
      'tfjs-backend-wasm-simd.wasm': simd.default,
      'tfjs-backend-wasm-threaded-simd.wasm': simd.default,
    })
    return openTfjs('wasm')
  },
  'tfjs-webgl': async () => {
    await import('@tensorflow/tfjs-backend-webgl')
    return openTfjs('webgl')
  },
  'tfjs-webgpu': async () => {
    await import('@tensorflow/tfjs-backend-webgpu')
    return openTfjs('webgpu')
  },
  'onnx-wasm': async () => {
    const [ort, mjs, wasm] = await Promise.all([
      import('onnxruntime-web/wasm'),
      import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url'),
      import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
    ])
    ort.env.wasm.wasmPaths = { mjs: mjs.default, wasm: wasm.default }
    if (!self.crossOriginIsolated) ort.env.wasm.numThreads = 1
    return (await import('@dragoman/backend-onnx')).onnx({ ort, providers: ['wasm'] })
  },
  'onnx-webgpu': async () => {
    const [ort, mjs, wasm] = await Promise.all([
      import('onnxruntime-web/webgpu'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
    ])
    ort.env.wasm.wasmPaths = { mjs: mjs.default, wasm: wasm.default }
    ort.env.wasm.numThreads = 1
    return (await import('@dragoman/backend-onnx')).onnx({ ort, providers: ['webgpu'] })
  },
}

async function openTfjs(name: string): Promise<Backend> {
  const [tf, { tfjs }] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@dragoman/backend-tfjs'),
  ])
  await tf.setBackend(name)
  await tf.ready()
  return tfjs({ tf })
}

const open = new Map<BackendName, Promise<Backend>>()

/** The backend of this worker by that name: made once. */
export function backendNamed(name: BackendName): Promise<Backend> {
  let backend = open.get(name)
  if (!backend) {
    backend = makers[name]()
    open.set(name, backend)
    backend.catch(() => open.delete(name))
  }
  return backend
}
