// Trains a model that turns words round, on the backend that is named, and prints what it says.
//
//   node train.mjs cpu|tfjs|onnx-node|onnx-web
import { buildTokenizer, createSeq2Seq, generate, train } from '@dragoman/core'

const open = {
  cpu: async () => (await import('@dragoman/backend-cpu')).cpu(),
  tfjs: async () => {
    const tf = await import('@tensorflow/tfjs-core')
    await import('@tensorflow/tfjs-backend-wasm')
    await tf.setBackend('wasm')
    return (await import('@dragoman/backend-tfjs')).tfjs({ tf })
  },
  'onnx-node': async () => {
    const ort = await import('onnxruntime-node')
    return (await import('@dragoman/backend-onnx')).onnx({ ort })
  },
  'onnx-web': async () => {
    const ort = await import('onnxruntime-web')
    return (await import('@dragoman/backend-onnx')).onnx({ ort, providers: ['wasm'] })
  },
}

const words = ['tac', 'xof', 'drib', 'esuom', 'tab', 'nip', 'pot', 'mar']
const pairs = words.map((source) => ({ source, target: [...source].reverse().join('') }))
const tokenizer = buildTokenizer(words, { type: 'char' })
const layer = { type: 'rnn', cell: 'gru', embeddingSize: 16, hiddenSize: 32 }
const config = {
  version: 1,
  encoder: layer,
  decoder: { ...layer, attention: { score: 'general' }, output: { from: ['state', 'context'] } },
}
const backend = await open[process.argv[2]]()
const tokenizers = { source: tokenizer, target: tokenizer }
const model = createSeq2Seq({ config, tokenizers, backend }, { seed: 1 })
const losses = []
for await (const event of train(model, pairs, { epochs: 200, batch: { size: 8 } })) {
  if (event.type === 'step') losses.push(event.loss)
}
const answers = (await generate(model, words)).map(({ text }) => text)
await model.dispose()
const live = backend.live().arrays
await backend.dispose()
process.stdout.write(JSON.stringify({ losses, answers, live }))
