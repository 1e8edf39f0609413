// The first token by this library, from a model folder: node dist/start-up-dragoman.js ENGINE FOLDER
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diskStore } from '@dragoman/cli'
import { generate, loadModel } from '@dragoman/core'
import { startBackend } from '../peers/dragoman/backends.ts'
import { finish } from './finish.ts'

const [engine, folder] = process.argv.slice(2)
const backend = await startBackend(engine!, 1)
const model = await loadModel(diskStore(folder!), backend)
const { text } = JSON.parse(await readFile(join(folder!, 'source.json'), 'utf8'))
const [generated] = await generate(model, [text], { minLength: 1, maxLength: 2 })
finish([...generated!.best.ids.slice(0, 1)])
