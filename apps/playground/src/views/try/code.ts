import type { BackendName } from '../../engine/backend-names.ts'
import type { DecodeOptions } from '../../engine/protocol.ts'

/** How a backend is made, in the lines of a program. */
export function backendCode(backend: BackendName): string {
  const [engine, kind] = backend.split('-') as [string, string]
  if (engine === 'tfjs') {
    return `import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-${kind}'
import { tfjs } from '@dragoman/backend-tfjs'

await tf.setBackend('${kind}')
const backend = await tfjs({ tf })`
  }
  if (engine === 'onnx') {
    return `import * as ort from 'onnxruntime-web${kind === 'webgpu' ? '/webgpu' : ''}'
import { onnx } from '@dragoman/backend-onnx'

const backend = await onnx({ ort, providers: ['${kind}'] })`
  }
  return `import { cpu } from '@dragoman/backend-cpu'

const backend = await cpu()`
}

/** The program that writes the same target in Node, from a copy of the model's folder. */
export function decodeCode(
  model: string,
  backend: BackendName,
  source: string,
  options: DecodeOptions,
): string {
  const given = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  const passed = given.length > 0 ? `, { ${given.join(', ')} }` : ''
  return `import { generate, loadModel } from '@dragoman/core'
import { diskStore } from '@dragoman/cli'
${backendCode(backend)}

const model = await loadModel(diskStore('models/${model}'), backend)
const [result] = await generate(model, ${JSON.stringify(source)}${passed})
for (const { text, score } of result.hypotheses) console.log(score.toFixed(4), text)
`
}
