import { expose } from 'comlink'
import { Trainer } from './trainer.ts'

expose(new Trainer())
