import { tfjs } from '@dragoman/backend-tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import * as tf from '@tensorflow/tfjs-core'
import { trainOn } from './train.js'

setWasmPaths({ 'tfjs-backend-wasm-simd.wasm': wasm })
globalThis.answers = await trainOn(await tfjs({ tf, backend: 'wasm' }))
