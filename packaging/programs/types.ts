// Uses something of every package, as a TypeScript project without any engine does. It is compiled, not run.
import { cpu } from '@dragoman/backend-cpu'
import { onnx, toOnnx } from '@dragoman/backend-onnx'
import { tfjs } from '@dragoman/backend-tfjs'
import { diskStore, trainingProgress } from '@dragoman/cli'
import { runSuite } from '@dragoman/conformance'
import {
  add,
  buildTokenizer,
  createSeq2Seq,
  type Generated,
  generate,
  loadModel,
  OptionError,
  reference,
  type Tensor,
  trace,
  train,
} from '@dragoman/core'
import type { Backend, Program } from '@dragoman/core/backend'

export const backend: Promise<Backend> = cpu({ wasm: 'off' })

export async function first(backend: Backend): Promise<string> {
  const tokenizer = buildTokenizer(['ab'], { type: 'char' })
  const tokenizers = { source: tokenizer, target: tokenizer }
  const model = createSeq2Seq({ config: {}, tokenizers, backend }, { seed: 1 })
  for await (const event of train(model, [{ source: 'ab', target: 'ba' }], { steps: 3 })) {
    if (event.type === 'step') console.log(event.loss.toFixed(3))
  }
  const [answer]: readonly Generated[] = await generate(model, 'ab', { beams: 2 })
  return answer?.best.tokens.join(' ') ?? ''
}

export async function more(program: Program): Promise<void> {
  const graph = trace('double', (recorder) => {
    const x: Tensor<'float'> = recorder.input('x', 'float', ['batch', 2])
    return { y: add(x, x) }
  })
  const written = toOnnx(graph)
  const report = await runSuite({ name: 'mine', create: async () => reference() })
  const model = await loadModel(diskStore('folder'), reference())
  console.log(program.stats.nodes, written, report.passed, model.config, trainingProgress, OptionError)
}

// A type that has become `any` takes all of these.
// @ts-expect-error there is no such option
cpu({ wasm: 'sometimes' })
// @ts-expect-error a module is needed, not its name
tfjs({ tf: '@tensorflow/tfjs-core' })
// @ts-expect-error a module is needed, not its name
onnx({ ort: 'onnxruntime-web' })
// @ts-expect-error beams is a number
generate(await loadModel(diskStore('folder'), await cpu()), 'ab', { beams: 'four' })
// @ts-expect-error a suite needs a name
runSuite({ create: async () => reference() })
