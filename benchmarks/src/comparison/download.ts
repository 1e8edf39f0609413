import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { type BundledFile, bundle, bytesOf } from '../bundle.ts'

/** What a page downloads to run a runtime, in bytes. */
export interface Download {
  readonly id: string
  /** What is in it. */
  readonly about: string
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

const require = createRequire(import.meta.url)

/**
 * Bundles each runtime for browsers, minified, with everything that it exports, as no page needs it, and adds up what a page would load:
 * the bundle, and the WebAssembly of the build that a current browser chooses.
 */
export async function measureDownloads(): Promise<Download[]> {
  const wasmOf = (name: string) =>
    readFileSync(join(dirname(require.resolve(name)), 'tfjs-backend-wasm-simd.wasm'))
  const ort = (name: string) => readFileSync(join(dirname(require.resolve('onnxruntime-web')), name))
  const tfjs = await bundle(`
    export * from '@tensorflow/tfjs-core'
    export * from '@tensorflow/tfjs-backend-wasm'
    import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js'`)
  const own = await bundle(`export * from '@dragoman/core'; export * from '@dragoman/backend-cpu'`)
  const decoding = await bundle(`
    export { generate, loadModel } from '@dragoman/core'
    export { cpu } from '@dragoman/backend-cpu'`)
  const jax = await bundle(`export * from '@jax-js/jax'`)
  return [
    sum('cpu', 'core and backend-cpu, kernels with relaxed SIMD and threads, the worker', loadedOf(own)),
    sum('cpu-decoding', 'the same for a page that loads a model and decodes', loadedOf(decoding)),
    sum('jax-js', 'everything; it makes its WebAssembly while it runs', jax.map(bytesOf)),
    sum('hand-tfjs-wasm', 'core and the wasm backend, its SIMD build', [
      ...tfjs.map(bytesOf),
      wasmOf('@tensorflow/tfjs-backend-wasm'),
    ]),
    sum('hand-onnx-wasm', 'the build with the wasm provider alone', [
      ort('ort.wasm.min.mjs'),
      ort('ort-wasm-simd-threaded.mjs'),
      ort('ort-wasm-simd-threaded.wasm'),
    ]),
  ]
}

/** Of four builds of the kernels, a page loads one. */
function loadedOf(chunks: readonly BundledFile[]): Uint8Array[] {
  const other = /(^|\/)(simd|simd-threads|relaxed)-[^/]*$/
  return chunks
    .filter(({ fileName }) => !other.test(fileName) || fileName.includes('relaxed-threads'))
    .map(bytesOf)
}

/** Each file is compressed alone, as servers do. */
function sum(id: string, about: string, files: readonly Uint8Array[]): Download {
  const total = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0)
  return {
    id,
    about,
    raw: total(files.map((file) => file.length)),
    gzip: total(files.map((file) => gzipSync(file, { level: 9 }).length)),
    brotli: total(files.map(brotliSize)),
  }
}

/** At the highest quality, 11; at 9 where that takes half a minute, which makes a large file about 4 % larger. */
function brotliSize(file: Uint8Array): number {
  const quality = file.length > 4e6 ? 9 : constants.BROTLI_MAX_QUALITY
  return brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length
}
