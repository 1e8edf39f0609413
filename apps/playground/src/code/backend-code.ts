import { type BackendName, backendNames } from '../engine/backend-names.ts'

/** The lines of a program that import and make a backend; `make` may stand beside those of others. */
export interface BackendCode {
  readonly packages: readonly string[]
  readonly imports: string
  readonly make: string
}

/** How each backend is made in a program. */
export function backendCode(backend: BackendName): BackendCode {
  const [engine, kind] = backend.split('-') as [string, string]
  if (engine === 'tfjs') {
    return {
      packages: ['@dragoman/backend-tfjs', '@tensorflow/tfjs-core', `@tensorflow/tfjs-backend-${kind}`],
      imports: `import { tfjs } from '@dragoman/backend-tfjs'
import '@tensorflow/tfjs-backend-${kind}'
import * as tf from '@tensorflow/tfjs-core'`,
      make: `await tf.setBackend('${kind}').then(() => tfjs({ tf }))`,
    }
  }
  if (engine === 'onnx') {
    const entry = kind === 'webgpu' ? '/webgpu' : ''
    return {
      packages: ['@dragoman/backend-onnx', 'onnxruntime-web'],
      imports: `import { onnx } from '@dragoman/backend-onnx'
import * as ort from 'onnxruntime-web${entry}'`,
      make: `await onnx({ ort, providers: ['${kind}'] })`,
    }
  }
  return {
    packages: ['@dragoman/backend-cpu'],
    imports: "import { cpu } from '@dragoman/backend-cpu'",
    make: 'await cpu()',
  }
}

/** Those that Node has as well; the others need the graphics of a page. */
export const nodeBackends: readonly BackendName[] = backendNames.filter((name) => !/web(gl|gpu)$/.test(name))

/** Whether programs for this backend are modules of a page. */
export function isForPage(backend: BackendName): boolean {
  return !nodeBackends.includes(backend)
}
