// The first token by ONNX Runtime: node dist/start-up-onnx.js onnx-node FOLDER
import { openGreedy } from '../peers/onnx/greedy.ts'
import { type OnnxEngine, startRuntime } from '../peers/onnx/runtime.ts'
import { transformers } from '../workloads/transformer-sizes.ts'
import { readSource } from './files.ts'
import { finish } from './finish.ts'

const [engine, folder] = process.argv.slice(2)
const greedy = await openGreedy(await startRuntime(engine as OnnxEngine), transformers.DS, folder!)
finish(await greedy(readSource(folder!), 1))
