import { cpu } from '@dragoman/backend-cpu'
import { trainOn } from './train.js'

globalThis.answers = await trainOn(await cpu())
