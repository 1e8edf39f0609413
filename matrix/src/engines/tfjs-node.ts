import type { Backend } from '@dragoman/core/backend'

/** TensorFlow.js in Node, on one of its backends; `wasm` has no threads there. */
export async function tfjsInNode(name: 'cpu' | 'wasm'): Promise<Backend> {
  const tf = await import('@tensorflow/tfjs-core')
  await (name === 'cpu' ? import('@tensorflow/tfjs-backend-cpu') : import('@tensorflow/tfjs-backend-wasm'))
  // It speaks through the console otherwise.
  tf.enableProdMode()
  // A thread of its own would be a web worker, which Node does not have.
  if (name === 'wasm') tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js does not start its ${name} backend`)
  const { tfjs } = await import('@dragoman/backend-tfjs')
  return tfjs({ tf })
}
