// The LSTM over a whole sequence, forward and backward (gates i, f, g, o).
import {
  ERROR_OK, LSTM_BACKWARD_BATCH, LSTM_BACKWARD_C0, LSTM_BACKWARD_CELLS, LSTM_BACKWARD_D_C0, LSTM_BACKWARD_D_CELLS,
  LSTM_BACKWARD_D_H0, LSTM_BACKWARD_D_STATES, LSTM_BACKWARD_D_X_PROJECTION, LSTM_BACKWARD_GATES, LSTM_BACKWARD_HIDDEN,
  LSTM_BACKWARD_IS_REAL, LSTM_BACKWARD_REVERSE, LSTM_BACKWARD_SCRATCH, LSTM_BACKWARD_STEPS, LSTM_BACKWARD_WEIGHT_HH,
  LSTM_FORWARD_BATCH, LSTM_FORWARD_C0, LSTM_FORWARD_CELLS, LSTM_FORWARD_GATES, LSTM_FORWARD_H0, LSTM_FORWARD_HIDDEN,
  LSTM_FORWARD_IS_REAL, LSTM_FORWARD_REVERSE, LSTM_FORWARD_SCRATCH, LSTM_FORWARD_STATES, LSTM_FORWARD_STEPS,
  LSTM_FORWARD_WEIGHT_HH, LSTM_FORWARD_X_PROJECTION,
} from './opcodes'
import { multiplyAdd } from './arithmetic'
import { multiplyPacked, packColumns, packedBytes, tiledColumns } from './gemm'
import { sigmoid, tanh } from './math'
import { copyWords, fillWords, loadUpTo4, storeUpTo4 } from './memory'
import { meet, ownScratch, partEnd, partStart } from './team'

/** Threads take units by whole cache lines. */
export const UNITS: i32 = 16

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

@inline
export function isPadded(isReal: usize, position: i32): bool {
  return isReal != 0 && load<i32>(isReal + bytes(position)) == 0
}

/** One row, of `count` units: gates from x and the product with the state, whose gates are `gap` bytes apart. */
function activate(
  state: usize, cell: usize, gates: usize, x: usize, product: usize, gap: usize, cPrevious: usize, width: usize,
  count: i32,
): void {
  const zero = f32x4.splat(0)
  for (let left = count; left > 0; left -= 4) {
    const i = sigmoid(f32x4.add(loadUpTo4(x, left, zero), v128.load(product)))
    const f = sigmoid(f32x4.add(loadUpTo4(x + width, left, zero), v128.load(product + gap)))
    const g = tanh(f32x4.add(loadUpTo4(x + 2 * width, left, zero), v128.load(product + 2 * gap)))
    const o = sigmoid(f32x4.add(loadUpTo4(x + 3 * width, left, zero), v128.load(product + 3 * gap)))
    const c = multiplyAdd(f, loadUpTo4(cPrevious, left, zero), f32x4.mul(i, g))
    storeUpTo4(gates, i, left)
    storeUpTo4(gates + width, f, left)
    storeUpTo4(gates + 2 * width, g, left)
    storeUpTo4(gates + 3 * width, o, left)
    storeUpTo4(cell, c, left)
    storeUpTo4(state, f32x4.mul(o, tanh(c)), left)
    state += 16
    cell += 16
    gates += 16
    x += 16
    product += 16
    cPrevious += 16
  }
}

/** Each thread takes some of the units, with all of their gates; they meet after each step, when the state is there. */
export function lstmForward(p: usize): i32 {
  const isReal = load<u32>(p, LSTM_FORWARD_IS_REAL) as usize
  const packed = ownScratch(load<u32>(p, LSTM_FORWARD_SCRATCH))
  const steps = load<i32>(p, LSTM_FORWARD_STEPS)
  const batch = load<i32>(p, LSTM_FORWARD_BATCH)
  const hidden = load<i32>(p, LSTM_FORWARD_HIDDEN)
  const reverse = load<i32>(p, LSTM_FORWARD_REVERSE)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const first = partStart(hidden, UNITS)
  const count = partEnd(hidden, UNITS) - first
  const tiled = tiledColumns(count)
  const skipped = bytes(first)
  const weight = load<u32>(p, LSTM_FORWARD_WEIGHT_HH) as usize
  for (let gate = 0; gate < 4; gate++) {
    packColumns(
      packed, gate * tiled, 4 * tiled, weight + <usize>(gate * hidden + first) * width, width, true, hidden, count,
    )
  }
  const products = packed + packedBytes(hidden, 4 * tiled)
  const gap = bytes(tiled)
  const scratch = products + 4 * <usize>batch * gap
  const states = (load<u32>(p, LSTM_FORWARD_STATES) as usize) + skipped
  const cells = (load<u32>(p, LSTM_FORWARD_CELLS) as usize) + skipped
  const allGates = (load<u32>(p, LSTM_FORWARD_GATES) as usize) + skipped
  const x = (load<u32>(p, LSTM_FORWARD_X_PROJECTION) as usize) + skipped
  let h = (load<u32>(p, LSTM_FORWARD_H0) as usize) + skipped
  let c = (load<u32>(p, LSTM_FORWARD_C0) as usize) + skipped
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s
    const at = <usize>t * stateBytes
    const state = states + at
    const cell = cells + at
    multiplyPacked(products, 4 * gap, h - skipped, width, packed, batch, hidden, 4 * tiled, false, scratch)
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      const gates = allGates + 4 * (at + row)
      if (isPadded(isReal, t * batch + b)) {
        copyWords(state + row, h + row, count)
        copyWords(cell + row, c + row, count)
        for (let gate = 0; gate < 4; gate++) fillWords(gates + <usize>gate * width, count, 0)
      } else {
        activate(state + row, cell + row, gates, x + 4 * (at + row), products + 4 * <usize>b * gap, gap, c + row, width,
          count)
      }
    }
    h = state
    c = cell
    const code = meet()
    if (code) return code
  }
  return ERROR_OK
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

/** One row, of `count` units: dGates from dh, dc; dc becomes that of the step before, dh zero. dState, dCell may be 0. */
function differentiate(
  dGates: usize, dh: usize, dc: usize, dState: usize, dCell: usize,
  gates: usize, cell: usize, cPrevious: usize, width: usize, count: i32,
): void {
  const zero = f32x4.splat(0)
  for (let left = count; left > 0; left -= 4) {
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

/** Zeros in `count` columns of some rows, `row` bytes apart. */
export function clearColumns(dst: usize, row: usize, rows: i32, count: i32): void {
  for (let i = 0; i < rows; i++) fillWords(dst + <usize>i * row, count, 0)
}

/**
 * dH0 and dC0 carry the gradients of state and cell from step to step. Each thread takes some of the units; they meet
 * in each step when the gradients of all gates are there.
 */
export function lstmBackward(p: usize): i32 {
  const isReal = load<u32>(p, LSTM_BACKWARD_IS_REAL) as usize
  const packed = ownScratch(load<u32>(p, LSTM_BACKWARD_SCRATCH))
  const steps = load<i32>(p, LSTM_BACKWARD_STEPS)
  const batch = load<i32>(p, LSTM_BACKWARD_BATCH)
  const hidden = load<i32>(p, LSTM_BACKWARD_HIDDEN)
  const reverse = load<i32>(p, LSTM_BACKWARD_REVERSE)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const first = partStart(hidden, UNITS)
  const count = partEnd(hidden, UNITS) - first
  const skipped = bytes(first)
  const dX = load<u32>(p, LSTM_BACKWARD_D_X_PROJECTION) as usize
  const dh = (load<u32>(p, LSTM_BACKWARD_D_H0) as usize) + skipped
  const dc = (load<u32>(p, LSTM_BACKWARD_D_C0) as usize) + skipped
  const c0 = (load<u32>(p, LSTM_BACKWARD_C0) as usize) + skipped
  const cells = (load<u32>(p, LSTM_BACKWARD_CELLS) as usize) + skipped
  const gates = (load<u32>(p, LSTM_BACKWARD_GATES) as usize) + skipped
  const dStates = load<u32>(p, LSTM_BACKWARD_D_STATES) as usize
  const dCells = load<u32>(p, LSTM_BACKWARD_D_CELLS) as usize
  packColumns(
    packed, 0, tiledColumns(count), (load<u32>(p, LSTM_BACKWARD_WEIGHT_HH) as usize) + skipped, width, false,
    4 * hidden, count,
  )
  const scratch = packed + packedBytes(4 * hidden, count)
  clearColumns(dh, width, batch, count)
  clearColumns(dc, width, batch, count)
  for (let s = steps - 1; s >= 0; s--) {
    const t = reverse ? steps - 1 - s : s
    const before = reverse ? t + 1 : t - 1
    const cPrevious = s == 0 ? c0 : cells + <usize>before * stateBytes
    const at = <usize>t * stateBytes
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      const dState = dStates ? dStates + at + row + skipped : 0
      const dCell = dCells ? dCells + at + row + skipped : 0
      const dGates = dX + 4 * (at + row) + skipped
      if (isPadded(isReal, t * batch + b)) {
        addOptional(dh + row, dState, count)
        addOptional(dc + row, dCell, count)
        for (let gate = 0; gate < 4; gate++) fillWords(dGates + <usize>gate * width, count, 0)
      } else {
        differentiate(dGates, dh + row, dc + row, dState, dCell, gates + 4 * (at + row), cells + at + row,
          cPrevious + row, width, count)
      }
    }
    const code = meet()
    if (code) return code
    multiplyPacked(dh, width, dX + 4 * at, 4 * width, packed, batch, 4 * hidden, count, true, scratch)
  }
  return ERROR_OK
}
