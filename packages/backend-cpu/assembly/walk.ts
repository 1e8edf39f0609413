// Executes a flat plan: one instruction after the other, loops by recursion.
import {
  ADAM, ALONE, ALONE_TAIL, ARGMAX, ATTENTION, ATTENTION_GRAD, BARRIER, COPY_STRIDED, CROSS_ENTROPY, CROSS_ENTROPY_GRAD, DROPOUT_MASK, DYNAMIC_SLICE, DYNAMIC_UPDATE,
  ELEMENTWISE, ERROR_BAD_INSTRUCTION, ERROR_OK, FILL, GATHER, GATHER_ALONG, GRU_BACKWARD, GRU_FORWARD, IOTA,
  LOG_SOFTMAX, LOG_SOFTMAX_GRAD, LOOP, LOOP_BODY_WORDS, LOOP_COUNT, LOOP_PATCHES, LOOP_REVERSE, LOOP_TAIL,
  LSTM_BACKWARD, LSTM_FORWARD, MATMUL, NORM, NORM_GRAD, REDUCE, SCATTER_ADD, SCATTER_ALONG_ADD, SOFTMAX, SOFTMAX_GRAD,
} from './opcodes'
import { attention } from './attention'
import { attentionGrad } from './attention-grad'
import { copyStrided, fill, iota } from './copy'
import { elementwise } from './elementwise'
import { gruBackward, gruForward } from './gru'
import { dynamicSlice, dynamicUpdate, gather, gatherAlong, scatterAdd, scatterAlongAdd } from './indexing'
import { lstmBackward, lstmForward } from './lstm'
import { matmul } from './matmul'
import { norm, normGrad } from './norm'
import { adam } from './optimizer'
import { dropoutMask } from './philox'
import { argmax, reduce } from './reduce'
import { crossEntropy, crossEntropyGrad, logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from './softmax'
import { setErrorAddress, setErrorValue } from './status'
import { isFirst, meet, setSharers, sharers } from './team'

/** Executes the instructions from byte offset `start` to `end`; 0, or an error code (see status.ts). */
export function walk(start: usize, end: usize): i32 {
  let p = start
  while (p < end) {
    const length = load<i32>(p, 4)
    if (length < 2) return refuse(p)
    const opcode = load<i32>(p)
    if (opcode == LOOP || opcode == ALONE) {
      const code = opcode == LOOP ? loop(p) : alone(p, length) // notes the instruction within the body itself
      if (code) return code
    } else {
      const code = execute(p)
      if (code) {
        setErrorAddress(p)
        return code
      }
    }
    p += (<usize>length) << 2
  }
  return ERROR_OK
}

function refuse(p: usize): i32 {
  setErrorAddress(p)
  setErrorValue(load<i32>(p))
  return ERROR_BAD_INSTRUCTION
}

function loop(p: usize): i32 {
  const count = load<i32>(p, LOOP_COUNT)
  const reverse = load<i32>(p, LOOP_REVERSE)
  const patches = load<i32>(p, LOOP_PATCHES)
  const body = p + LOOP_TAIL
  const table = body + ((<usize>load<i32>(p, LOOP_BODY_WORDS)) << 2)
  for (let i = 0; i < count; i++) {
    const t = reverse ? count - 1 - i : i
    for (let j = 0; j < patches; j++) {
      const patch = table + <usize>j * 12
      store<i32>(body + ((<usize>load<i32>(patch)) << 2), load<i32>(patch, 4) + t * load<i32>(patch, 8))
    }
    const code = walk(body, table)
    if (code) return code
  }
  return ERROR_OK
}

function alone(p: usize, length: i32): i32 {
  if (!isFirst()) return ERROR_OK
  const before = sharers()
  setSharers(1)
  const code = walk(p + ALONE_TAIL, p + ((<usize>length) << 2))
  setSharers(before)
  return code
}

function execute(p: usize): i32 {
  switch (load<i32>(p)) {
    case COPY_STRIDED: copyStrided(p); break
    case FILL: fill(p); break
    case IOTA: iota(p); break
    case ELEMENTWISE: return elementwise(p)
    case MATMUL: matmul(p); break
    case REDUCE: return reduce(p)
    case ARGMAX: argmax(p); break
    case GATHER: return gather(p)
    case SCATTER_ADD: return scatterAdd(p)
    case GATHER_ALONG: return gatherAlong(p)
    case SCATTER_ALONG_ADD: return scatterAlongAdd(p)
    case DYNAMIC_SLICE: dynamicSlice(p); break
    case DYNAMIC_UPDATE: dynamicUpdate(p); break
    case SOFTMAX: softmax(p); break
    case LOG_SOFTMAX: logSoftmax(p); break
    case SOFTMAX_GRAD: softmaxGrad(p); break
    case LOG_SOFTMAX_GRAD: logSoftmaxGrad(p); break
    case CROSS_ENTROPY: return crossEntropy(p)
    case CROSS_ENTROPY_GRAD: return crossEntropyGrad(p)
    case LSTM_FORWARD: return lstmForward(p)
    case LSTM_BACKWARD: return lstmBackward(p)
    case GRU_FORWARD: return gruForward(p)
    case GRU_BACKWARD: return gruBackward(p)
    case ADAM: adam(p); break
    case NORM: norm(p); break
    case NORM_GRAD: return normGrad(p)
    case ATTENTION: attention(p); break
    case ATTENTION_GRAD: return attentionGrad(p)
    case DROPOUT_MASK: dropoutMask(p); break
    case BARRIER: return meet()
    default: return refuse(p)
  }
  return ERROR_OK
}
