// Hands TensorFlow.js in: its module must be what the backend asks for. It is compiled, not run.
import { tfjs } from '@dragoman/backend-tfjs'
import type { Backend } from '@dragoman/core'
import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'

export const backend: Promise<Backend> = tfjs({ tf })

// @ts-expect-error the whole module is needed
tfjs({ tf: { version_core: tf.version_core } })
