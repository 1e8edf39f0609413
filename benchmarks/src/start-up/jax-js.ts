// The first token by jax-js: node dist/start-up-jax-js.js wasm FOLDER
import { parametersOf, startJax } from '../peers/jax-js/engine.ts'
import { greedyOf } from '../peers/jax-js/greedy.ts'
import { transformers } from '../workloads/transformer-sizes.ts'
import { readArrays, readSource } from './files.ts'
import { finish } from './finish.ts'

const [, folder] = process.argv.slice(2)
await startJax()
const greedy = greedyOf(transformers.DS, parametersOf(readArrays(folder!)), 1)
finish(await greedy(readSource(folder!), 1))
