// The first token by TensorFlow.js: node dist/start-up-tfjs.js wasm FOLDER
import * as tf from '@tensorflow/tfjs-core'
import { forbidden } from '../peers/forbidden.ts'
import { startTfjs } from '../peers/tfjs/engine.ts'
import { greedy } from '../peers/tfjs/greedy.ts'
import { Transformer } from '../peers/tfjs/transformer.ts'
import { Weights } from '../peers/tfjs/weights.ts'
import { transformers } from '../workloads/transformer-sizes.ts'
import { readArrays, readSource } from './files.ts'
import { finish } from './finish.ts'

const [engine, folder] = process.argv.slice(2)
await startTfjs(engine as 'wasm')
const shape = transformers.DS
const model = new Transformer(new Weights(readArrays(folder!)), shape)
const source = tf.tensor1d(readSource(folder!), 'int32')
const penalty = tf.tensor1d(forbidden(shape.vocabulary))
finish([...(await tf.tidy(() => greedy(model, source, 1, penalty, 1)).data())])
