import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'

/** TensorFlow.js on its `wasm` or `cpu` backend, in one thread: those of wasm do not start in Node. */
export async function startTfjs(name: 'wasm' | 'cpu'): Promise<typeof tf> {
  if (name === 'wasm') {
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(dirname(main) + sep)
    setThreadsCount(1)
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  } else {
    await import('@tensorflow/tfjs-backend-cpu')
  }
  await tf.setBackend(name)
  await tf.ready()
  // It falls back to another backend without an error.
  if (tf.getBackend() !== name)
    throw new Error(`tfjs-${name} did not start: it fell back to ${tf.getBackend()}`)
  return tf
}
