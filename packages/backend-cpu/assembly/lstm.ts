// The LSTM over a whole sequence, forward and backward (gates i, f, g, o).
import {
  LSTM_BACKWARD_BATCH, LSTM_BACKWARD_C0, LSTM_BACKWARD_CELLS, LSTM_BACKWARD_D_C0, LSTM_BACKWARD_D_CELLS,
  LSTM_BACKWARD_D_H0, LSTM_BACKWARD_D_STATES, LSTM_BACKWARD_D_X_PROJECTION, LSTM_BACKWARD_GATES, LSTM_BACKWARD_HIDDEN,
  LSTM_BACKWARD_IS_REAL, LSTM_BACKWARD_REVERSE, LSTM_BACKWARD_SCRATCH, LSTM_BACKWARD_STEPS, LSTM_BACKWARD_WEIGHT_HH,
  LSTM_FORWARD_BATCH, LSTM_FORWARD_C0, LSTM_FORWARD_CELLS, LSTM_FORWARD_GATES, LSTM_FORWARD_H0, LSTM_FORWARD_HIDDEN,
  LSTM_FORWARD_IS_REAL, LSTM_FORWARD_REVERSE, LSTM_FORWARD_SCRATCH, LSTM_FORWARD_STATES, LSTM_FORWARD_STEPS,
  LSTM_FORWARD_WEIGHT_HH, LSTM_FORWARD_X_PROJECTION,
} from './opcodes'
import { multiplyPacked, packWhole, packedBytes } from './gemm'
import { sigmoid, tanh } from './math'
import { copyWords, fillWords, loadUpTo4, storeUpTo4 } from './memory'

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

@inline
export function isPadded(isReal: usize, position: i32): bool {
  return isReal != 0 && load<i32>(isReal + bytes(position)) == 0
}

/** One row: gates hold the sums before, and the gates after, the nonlinearity. */
function activate(state: usize, cell: usize, gates: usize, cPrevious: usize, hidden: i32): void {
  const zero = f32x4.splat(0)
  const width = bytes(hidden)
  for (let left = hidden; left > 0; left -= 4) {
    const i = sigmoid(loadUpTo4(gates, left, zero))
    const f = sigmoid(loadUpTo4(gates + width, left, zero))
    const g = tanh(loadUpTo4(gates + 2 * width, left, zero))
    const o = sigmoid(loadUpTo4(gates + 3 * width, left, zero))
    const c = f32x4.add(f32x4.mul(f, loadUpTo4(cPrevious, left, zero)), f32x4.mul(i, g))
    storeUpTo4(gates, i, left)
    storeUpTo4(gates + width, f, left)
    storeUpTo4(gates + 2 * width, g, left)
    storeUpTo4(gates + 3 * width, o, left)
    storeUpTo4(cell, c, left)
    storeUpTo4(state, f32x4.mul(o, tanh(c)), left)
    state += 16
    cell += 16
    gates += 16
    cPrevious += 16
  }
}

export function lstmForward(p: usize): void {
  const states = load<u32>(p, LSTM_FORWARD_STATES) as usize
  const cells = load<u32>(p, LSTM_FORWARD_CELLS) as usize
  const allGates = load<u32>(p, LSTM_FORWARD_GATES) as usize
  const x = load<u32>(p, LSTM_FORWARD_X_PROJECTION) as usize
  const isReal = load<u32>(p, LSTM_FORWARD_IS_REAL) as usize
  const packed = load<u32>(p, LSTM_FORWARD_SCRATCH) as usize
  const steps = load<i32>(p, LSTM_FORWARD_STEPS)
  const batch = load<i32>(p, LSTM_FORWARD_BATCH)
  const hidden = load<i32>(p, LSTM_FORWARD_HIDDEN)
  const reverse = load<i32>(p, LSTM_FORWARD_REVERSE)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  packWhole(packed, load<u32>(p, LSTM_FORWARD_WEIGHT_HH), width, true, hidden, 4 * hidden)
  const scratch = packed + packedBytes(hidden, 4 * hidden)
  let h = load<u32>(p, LSTM_FORWARD_H0) as usize
  let c = load<u32>(p, LSTM_FORWARD_C0) as usize
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s
    const state = states + <usize>t * stateBytes
    const cell = cells + <usize>t * stateBytes
    const gates = allGates + 4 * <usize>t * stateBytes
    copyWords(gates, x + 4 * <usize>t * stateBytes, 4 * batch * hidden)
    multiplyPacked(gates, 4 * width, h, width, packed, batch, hidden, 4 * hidden, true, scratch)
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      if (isPadded(isReal, t * batch + b)) {
        copyWords(state + row, h + row, hidden)
        copyWords(cell + row, c + row, hidden)
        fillWords(gates + 4 * row, 4 * hidden, 0)
      } else {
        activate(state + row, cell + row, gates + 4 * row, c + row, hidden)
      }
    }
    h = state
    c = cell
  }
}

/** a + b[…], where b may be missing. */
@inline
export function plusOptional(a: v128, b: usize, left: i32): v128 {
  return b ? f32x4.add(a, loadUpTo4(b, left, f32x4.splat(0))) : a
}

/** a · x · (1 - x): through the derivative of the sigmoid, given its value x. */
@inline
export function throughSigmoid(a: v128, x: v128): v128 {
  return f32x4.mul(f32x4.mul(a, x), f32x4.sub(f32x4.splat(1), x))
}

/** a · (1 - x²): through the derivative of tanh, given its value x. */
@inline
export function throughTanh(a: v128, x: v128): v128 {
  return f32x4.mul(a, f32x4.sub(f32x4.splat(1), f32x4.mul(x, x)))
}

/** One row: dGates from dh, dc; dc becomes that of the step before, dh zero. dState and dCell may be 0. */
function differentiate(
  dGates: usize, dh: usize, dc: usize, dState: usize, dCell: usize,
  gates: usize, cell: usize, cPrevious: usize, hidden: i32,
): void {
  const zero = f32x4.splat(0)
  const width = bytes(hidden)
  for (let left = hidden; left > 0; left -= 4) {
    const i = loadUpTo4(gates, left, zero)
    const f = loadUpTo4(gates + width, left, zero)
    const g = loadUpTo4(gates + 2 * width, left, zero)
    const o = loadUpTo4(gates + 3 * width, left, zero)
    const squashed = tanh(loadUpTo4(cell, left, zero))
    const dH = plusOptional(loadUpTo4(dh, left, zero), dState, left)
    const dOut = f32x4.mul(dH, squashed)
    const dC = f32x4.add(plusOptional(loadUpTo4(dc, left, zero), dCell, left), throughTanh(f32x4.mul(dH, o), squashed))
    storeUpTo4(dGates, throughSigmoid(f32x4.mul(dC, g), i), left)
    storeUpTo4(dGates + width, throughSigmoid(f32x4.mul(dC, loadUpTo4(cPrevious, left, zero)), f), left)
    storeUpTo4(dGates + 2 * width, throughTanh(f32x4.mul(dC, i), g), left)
    storeUpTo4(dGates + 3 * width, throughSigmoid(dOut, o), left)
    storeUpTo4(dc, f32x4.mul(dC, f), left)
    storeUpTo4(dh, zero, left)
    dGates += 16
    dh += 16
    dc += 16
    if (dState) dState += 16
    if (dCell) dCell += 16
    gates += 16
    cell += 16
    cPrevious += 16
  }
}

/** dst[i] += src[i], where src may be missing. */
export function addOptional(dst: usize, src: usize, n: i32): void {
  if (!src) return
  const zero = f32x4.splat(0)
  for (; n > 0; n -= 4) {
    storeUpTo4(dst, f32x4.add(loadUpTo4(dst, n, zero), loadUpTo4(src, n, zero)), n)
    dst += 16
    src += 16
  }
}

/** dH0 and dC0 carry the gradients of state and cell from step to step. */
export function lstmBackward(p: usize): void {
  const dX = load<u32>(p, LSTM_BACKWARD_D_X_PROJECTION) as usize
  const dh = load<u32>(p, LSTM_BACKWARD_D_H0) as usize
  const dc = load<u32>(p, LSTM_BACKWARD_D_C0) as usize
  const c0 = load<u32>(p, LSTM_BACKWARD_C0) as usize
  const isReal = load<u32>(p, LSTM_BACKWARD_IS_REAL) as usize
  const cells = load<u32>(p, LSTM_BACKWARD_CELLS) as usize
  const gates = load<u32>(p, LSTM_BACKWARD_GATES) as usize
  const dStates = load<u32>(p, LSTM_BACKWARD_D_STATES) as usize
  const dCells = load<u32>(p, LSTM_BACKWARD_D_CELLS) as usize
  const packed = load<u32>(p, LSTM_BACKWARD_SCRATCH) as usize
  const steps = load<i32>(p, LSTM_BACKWARD_STEPS)
  const batch = load<i32>(p, LSTM_BACKWARD_BATCH)
  const hidden = load<i32>(p, LSTM_BACKWARD_HIDDEN)
  const reverse = load<i32>(p, LSTM_BACKWARD_REVERSE)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  packWhole(packed, load<u32>(p, LSTM_BACKWARD_WEIGHT_HH), width, false, 4 * hidden, hidden)
  const scratch = packed + packedBytes(4 * hidden, hidden)
  fillWords(dh, batch * hidden, 0)
  fillWords(dc, batch * hidden, 0)
  for (let s = steps - 1; s >= 0; s--) {
    const t = reverse ? steps - 1 - s : s
    const before = reverse ? t + 1 : t - 1
    const cPrevious = s == 0 ? c0 : cells + <usize>before * stateBytes
    const at = <usize>t * stateBytes
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      const dState = dStates ? dStates + at + row : 0
      const dCell = dCells ? dCells + at + row : 0
      const dGates = dX + 4 * (at + row)
      if (isPadded(isReal, t * batch + b)) {
        addOptional(dh + row, dState, hidden)
        addOptional(dc + row, dCell, hidden)
        fillWords(dGates, 4 * hidden, 0)
      } else {
        differentiate(dGates, dh + row, dc + row, dState, dCell, gates + 4 * (at + row), cells + at + row,
          cPrevious + row, hidden)
      }
    }
    multiplyPacked(dh, width, dX + 4 * at, 4 * width, packed, batch, 4 * hidden, hidden, true, scratch)
  }
}
