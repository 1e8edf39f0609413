import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'
import * as tf from '@tensorflow/tfjs-core'
import type { PageEngine } from './page.ts'
import { type LosableDevice, lossOf } from './webgpu-loss.ts'

/** TensorFlow.js in a page on WebAssembly with SIMD; one thread where the page is not isolated. */
export async function tfjsWasm(): Promise<PageEngine> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plainWasm,
    'tfjs-backend-wasm-simd.wasm': simdWasm,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedWasm,
  })
  return start('wasm')
}

/** TensorFlow.js in a page on WebGL. */
export async function tfjsWebgl(): Promise<PageEngine> {
  await import('@tensorflow/tfjs-backend-webgl')
  // Small tensors would be computed on the CPU, and the shaders hardly tested.
  tf.env().set('WEBGL_CPU_FORWARD', false)
  const engine = await start('webgl')
  const { gpgpu } = tf.backend() as unknown as { gpgpu: { gl: WebGLRenderingContext } }
  const lost = new Promise<string>((resolve) => {
    gpgpu.gl.canvas.addEventListener('webglcontextlost', () => resolve('the WebGL context is lost'))
  })
  return { ...engine, lost }
}

/** TensorFlow.js in a page on WebGPU. */
export async function tfjsWebgpu(): Promise<PageEngine> {
  await import('@tensorflow/tfjs-backend-webgpu')
  tf.env().set('WEBGPU_CPU_FORWARD', false)
  const engine = await start('webgpu')
  const { device } = tf.backend() as unknown as { device: LosableDevice }
  return { ...engine, lost: lossOf(device) }
}

async function start(name: 'wasm' | 'webgl' | 'webgpu'): Promise<PageEngine> {
  tf.enableProdMode()
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js does not start its ${name} backend`)
  const { tfjs } = await import('@dragoman/backend-tfjs')
  return { backend: await tfjs({ tf }) }
}
