import {
  argumentOffsets,
  errorCodes,
  headerWords,
  type InstructionName,
  instructions,
} from '../plan/encoding.ts'
import { attention, attentionGrad } from './attention.ts'
import { copyStrided, fill, iota } from './copy.ts'
import { dropoutMask } from './dropout-mask.ts'
import { elementwise } from './elementwise.ts'
import { gruBackward, gruForward } from './gru.ts'
import { dynamicSlice, dynamicUpdate, gather, gatherAlong, scatterAdd, scatterAlongAdd } from './indexing.ts'
import { lstmBackward, lstmForward } from './lstm.ts'
import { matmul } from './matmul.ts'
import { norm, normGrad } from './norm.ts'
import { adam } from './optimizer.ts'
import { argmax, reduce } from './reduce.ts'
import {
  crossEntropy,
  crossEntropyGrad,
  logSoftmax,
  logSoftmaxGrad,
  softmax,
  softmaxGrad,
} from './softmax.ts'
import { type Views, WalkFailure } from './views.ts'

type Kernel = (views: Views, p: number) => void

const kernels: Record<Exclude<InstructionName, 'loop' | 'alone'>, Kernel> = {
  copyStrided,
  fill,
  iota,
  elementwise,
  matmul,
  reduce,
  argmax,
  gather,
  scatterAdd,
  gatherAlong,
  scatterAlongAdd,
  dynamicSlice,
  dynamicUpdate,
  softmax,
  logSoftmax,
  softmaxGrad,
  logSoftmaxGrad,
  crossEntropy,
  crossEntropyGrad,
  lstmForward,
  lstmBackward,
  gruForward,
  gruBackward,
  norm,
  normGrad,
  attention,
  attentionGrad,
  adam,
  dropoutMask,
  barrier() {},
}

const kernelsByCode = new Map<number, Kernel>(
  Object.entries(kernels).map(([name, kernel]) => [instructions[name as InstructionName].code, kernel]),
)
const loopAt = argumentOffsets('loop')

/** Where a walk is: the word of the instruction that runs now. */
export interface Place {
  word: number
}

/**
 * Executes the instructions from word `start` up to `end`.
 *
 * @param place receives the word of each instruction before it runs.
 * @throws WalkFailure for an unknown opcode or an index out of range.
 */
export function walk(views: Views, start: number, end: number, place: Place): void {
  let p = start
  while (p < end) {
    place.word = p
    const code = views.int[p]!
    const length = views.int[p + 1]!
    const kernel = kernelsByCode.get(code)
    if (length < 2) throw new WalkFailure(errorCodes.badInstruction, code)
    if (code === instructions.loop.code) loop(views, p, place)
    else if (code === instructions.alone.code) walk(views, p + headerWords('alone'), p + length, place)
    else if (kernel) kernel(views, p)
    else throw new WalkFailure(errorCodes.badInstruction, code)
    p += length
  }
}

function loop(views: Views, p: number, place: Place): void {
  const count = views.int[p + loopAt.count]!
  const reverse = views.int[p + loopAt.reverse] !== 0
  const patches = views.int[p + loopAt.patches]!
  const body = p + headerWords('loop')
  const table = body + views.int[p + loopAt.bodyWords]!
  for (let i = 0; i < count; i++) {
    const t = reverse ? count - 1 - i : i
    for (let j = 0; j < patches; j++) {
      const patch = table + 3 * j
      views.int[body + views.int[patch]!] = views.int[patch + 1]! + Math.imul(t, views.int[patch + 2]!)
    }
    walk(views, body, table, place)
  }
}
