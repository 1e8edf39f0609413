import type { TfjsOptions } from '@dragoman/backend-tfjs'
import type { Backend } from '@dragoman/core'
import type { Engines } from './engine.ts'

/** What must be installed: TensorFlow.js itself, and its backend of WebAssembly kernels. */
export const tfjsPackages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] as const

type TensorFlow = TfjsOptions['tf'] & { enableProdMode(): void }

/** Opens TensorFlow.js on its `wasm` backend. Throws BackendError where it is missing or does not start. */
export async function openTfjs(engines: Engines): Promise<Backend> {
  const [tf] = (await engines.load('tfjs', tfjsPackages)) as [TensorFlow]
  // It speaks through the console otherwise.
  tf.enableProdMode()
  return (await import('@dragoman/backend-tfjs')).tfjs({ tf, backend: 'wasm' })
}
