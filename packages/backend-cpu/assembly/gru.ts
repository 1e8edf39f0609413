// The GRU over a whole sequence, forward and backward (gates r, z, n), with the reset before or after the product.
import {
  ERROR_OK, GRU_BACKWARD_BATCH, GRU_BACKWARD_CANDIDATE, GRU_BACKWARD_D_H0, GRU_BACKWARD_D_H_PROJECTION, GRU_BACKWARD_D_STATES,
  GRU_BACKWARD_D_X_PROJECTION, GRU_BACKWARD_GATES, GRU_BACKWARD_H0, GRU_BACKWARD_HIDDEN, GRU_BACKWARD_IS_REAL,
  GRU_BACKWARD_RESET_AFTER, GRU_BACKWARD_REVERSE, GRU_BACKWARD_SCRATCH, GRU_BACKWARD_STATES, GRU_BACKWARD_STEPS,
  GRU_BACKWARD_WEIGHT_HH, GRU_FORWARD_BATCH, GRU_FORWARD_BIAS_HH, GRU_FORWARD_CANDIDATE, GRU_FORWARD_GATES,
  GRU_FORWARD_H0, GRU_FORWARD_HIDDEN, GRU_FORWARD_IS_REAL, GRU_FORWARD_RESET_AFTER, GRU_FORWARD_REVERSE,
  GRU_FORWARD_SCRATCH, GRU_FORWARD_STATES, GRU_FORWARD_STEPS, GRU_FORWARD_WEIGHT_HH, GRU_FORWARD_X_PROJECTION,
} from './opcodes'
import { multiplyPacked, packColumns, packedBytes, tiledColumns } from './gemm'
import { UNITS, addOptional, clearColumns, isPadded, plusOptional, throughSigmoid, throughTanh } from './lstm'
import { sigmoid, tanh } from './math'
import { copyWords, fillWords, loadUpTo4, storeUpTo4 } from './memory'
import { meet, ownScratch, partEnd, partStart } from './team'

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** One gate of one row: sigmoid(x + product + bias). */
function activateGate(gate: usize, x: usize, product: usize, bias: usize, n: i32): void {
  const zero = f32x4.splat(0)
  for (; n > 0; n -= 4) {
    const sum = f32x4.add(loadUpTo4(x, n, zero), f32x4.add(v128.load(product), loadUpTo4(bias, n, zero)))
    storeUpTo4(gate, sigmoid(sum), n)
    gate += 16
    x += 16
    product += 16
    bias += 16
  }
}

/** dst = a · b */
function multiplyRows(dst: usize, a: usize, b: usize, n: i32): void {
  const zero = f32x4.splat(0)
  for (; n > 0; n -= 4) {
    storeUpTo4(dst, f32x4.mul(loadUpTo4(a, n, zero), loadUpTo4(b, n, zero)), n)
    dst += 16
    a += 16
    b += 16
  }
}

/** One row: n and the new state. When resetAfter, `candidate` receives product + bias. */
function activateState(
  state: usize, gates: usize, candidate: usize, x: usize, product: usize, bias: usize, h: usize,
  width: usize, count: i32, resetAfter: i32,
): void {
  const zero = f32x4.splat(0)
  for (let left = count; left > 0; left -= 4) {
    let inner = f32x4.add(v128.load(product), loadUpTo4(bias, left, zero))
    if (resetAfter) {
      storeUpTo4(candidate, inner, left)
      inner = f32x4.mul(loadUpTo4(gates, left, zero), inner)
    }
    const n = tanh(f32x4.add(loadUpTo4(x, left, zero), inner))
    const z = loadUpTo4(gates + width, left, zero)
    const mixed = f32x4.add(f32x4.sub(n, f32x4.mul(z, n)), f32x4.mul(z, loadUpTo4(h, left, zero)))
    storeUpTo4(gates + 2 * width, n, left)
    storeUpTo4(state, mixed, left)
    state += 16
    gates += 16
    candidate += 16
    x += 16
    product += 16
    bias += 16
    h += 16
  }
}

/**
 * Each thread takes some of the units, with all of their gates. They meet after each step, when the state is there, and
 * when the reset comes before the product, also when r · h is.
 */
export function gruForward(p: usize): i32 {
  const weight = load<u32>(p, GRU_FORWARD_WEIGHT_HH) as usize
  const isReal = load<u32>(p, GRU_FORWARD_IS_REAL) as usize
  const packedGates = ownScratch(load<u32>(p, GRU_FORWARD_SCRATCH))
  const steps = load<i32>(p, GRU_FORWARD_STEPS)
  const batch = load<i32>(p, GRU_FORWARD_BATCH)
  const hidden = load<i32>(p, GRU_FORWARD_HIDDEN)
  const reverse = load<i32>(p, GRU_FORWARD_REVERSE)
  const resetAfter = load<i32>(p, GRU_FORWARD_RESET_AFTER)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const first = partStart(hidden, UNITS)
  const count = partEnd(hidden, UNITS) - first
  const tiled = tiledColumns(count)
  const skipped = bytes(first)
  const gap = bytes(tiled)
  // The state goes through all three products at once; unless r comes between.
  const together = (resetAfter ? 3 : 2) * tiled
  const packedNew = packedGates + packedBytes(hidden, 2 * tiled)
  const products = packedNew + packedBytes(hidden, tiled)
  const scratch = products + 3 * <usize>batch * gap
  for (let gate = 0; gate < 3; gate++) {
    const from = weight + <usize>(gate * hidden + first) * width
    if (gate < 2 || resetAfter) packColumns(packedGates, gate * tiled, together, from, width, true, hidden, count)
    else packColumns(packedNew, 0, tiled, from, width, true, hidden, count)
  }
  const states = (load<u32>(p, GRU_FORWARD_STATES) as usize) + skipped
  const allGates = (load<u32>(p, GRU_FORWARD_GATES) as usize) + skipped
  const candidates = (load<u32>(p, GRU_FORWARD_CANDIDATE) as usize) + skipped
  const x = (load<u32>(p, GRU_FORWARD_X_PROJECTION) as usize) + skipped
  const bias = (load<u32>(p, GRU_FORWARD_BIAS_HH) as usize) + skipped
  let h = (load<u32>(p, GRU_FORWARD_H0) as usize) + skipped
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s
    const at = <usize>t * stateBytes
    const state = states + at
    const gates = allGates + 3 * at
    const candidate = candidates + at
    multiplyPacked(products, 3 * gap, h - skipped, width, packedGates, batch, hidden, together, false, scratch)
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      for (let gate = 0; gate < 2; gate++) {
        const shift = <usize>gate * width
        activateGate(gates + 3 * row + shift, x + 3 * (at + row) + shift, products + <usize>(3 * b + gate) * gap,
          bias + shift, count)
      }
      if (!resetAfter) multiplyRows(candidate + row, gates + 3 * row, h + row, count)
    }
    if (!resetAfter) {
      const code = meet()
      if (code) return code
      const inner = candidate - skipped
      multiplyPacked(products + 2 * gap, 3 * gap, inner, width, packedNew, batch, hidden, tiled, false, scratch)
      // Padded rows clear what the others may still read.
      const read = meet()
      if (read) return read
    }
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      if (isPadded(isReal, t * batch + b)) {
        copyWords(state + row, h + row, count)
        for (let gate = 0; gate < 3; gate++) fillWords(gates + 3 * row + <usize>gate * width, count, 0)
        fillWords(candidate + row, count, 0)
      } else {
        activateState(state + row, gates + 3 * row, candidate + row, x + 3 * (at + row) + 2 * width,
          products + <usize>(3 * b + 2) * gap, bias + 2 * width, h + row, width, count, resetAfter)
      }
    }
    h = state
    const code = meet()
    if (code) return code
  }
  return ERROR_OK
}

/** One row: gradients before the nonlinearities of z and n; dh becomes the part that goes straight back. */
function differentiateState(
  dX: usize, dH: usize, dh: usize, dState: usize, gates: usize, candidate: usize, h: usize,
  width: usize, count: i32, resetAfter: i32,
): void {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  for (let left = count; left > 0; left -= 4) {
    const r = loadUpTo4(gates, left, zero)
    const z = loadUpTo4(gates + width, left, zero)
    const n = loadUpTo4(gates + 2 * width, left, zero)
    const d = plusOptional(loadUpTo4(dh, left, zero), dState, left)
    const dN = throughTanh(f32x4.mul(d, f32x4.sub(one, z)), n)
    const dZ = throughSigmoid(f32x4.mul(d, f32x4.sub(loadUpTo4(h, left, zero), n)), z)
    storeUpTo4(dX + width, dZ, left)
    storeUpTo4(dH + width, dZ, left)
    storeUpTo4(dX + 2 * width, dN, left)
    storeUpTo4(dH + 2 * width, resetAfter ? f32x4.mul(dN, r) : dN, left)
    if (resetAfter) {
      const dR = throughSigmoid(f32x4.mul(dN, loadUpTo4(candidate, left, zero)), r)
      storeUpTo4(dX, dR, left)
      storeUpTo4(dH, dR, left)
    }
    storeUpTo4(dh, f32x4.mul(d, z), left)
    dX += 16
    dH += 16
    dh += 16
    if (dState) dState += 16
    gates += 16
    candidate += 16
    h += 16
  }
}

/** One row, reset before the product: the gradient of r · h goes to r and to h. */
function differentiateReset(dX: usize, dH: usize, dh: usize, dCandidate: usize, r: usize, h: usize, n: i32): void {
  const zero = f32x4.splat(0)
  for (; n > 0; n -= 4) {
    const gate = loadUpTo4(r, n, zero)
    const d = loadUpTo4(dCandidate, n, zero)
    const dR = throughSigmoid(f32x4.mul(d, loadUpTo4(h, n, zero)), gate)
    storeUpTo4(dX, dR, n)
    storeUpTo4(dH, dR, n)
    storeUpTo4(dh, f32x4.add(loadUpTo4(dh, n, zero), f32x4.mul(d, gate)), n)
    dX += 16
    dH += 16
    dh += 16
    dCandidate += 16
    r += 16
    h += 16
  }
}

/**
 * dH0 carries the gradient of the state from step to step. Each thread takes some of the units; they meet before each
 * product, which takes the gradients of all units.
 */
export function gruBackward(p: usize): i32 {
  const weight = load<u32>(p, GRU_BACKWARD_WEIGHT_HH) as usize
  const isReal = load<u32>(p, GRU_BACKWARD_IS_REAL) as usize
  const packedGates = ownScratch(load<u32>(p, GRU_BACKWARD_SCRATCH))
  const steps = load<i32>(p, GRU_BACKWARD_STEPS)
  const batch = load<i32>(p, GRU_BACKWARD_BATCH)
  const hidden = load<i32>(p, GRU_BACKWARD_HIDDEN)
  const reverse = load<i32>(p, GRU_BACKWARD_REVERSE)
  const resetAfter = load<i32>(p, GRU_BACKWARD_RESET_AFTER)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const first = partStart(hidden, UNITS)
  const count = partEnd(hidden, UNITS) - first
  const tiled = tiledColumns(count)
  const skipped = bytes(first)
  // When the reset comes after the product, all three gates go back through the weights at once.
  const depth = resetAfter ? 3 * hidden : 2 * hidden
  const packedNew = packedGates + packedBytes(2 * hidden, tiled)
  const dCandidate = packedNew + packedBytes(hidden, tiled)
  const scratch = dCandidate + <usize>batch * bytes(tiled)
  packColumns(packedGates, 0, tiled, weight + skipped, width, false, depth, count)
  if (!resetAfter) {
    const from = weight + <usize>(2 * hidden) * width + skipped
    packColumns(packedNew, 0, tiled, from, width, false, hidden, count)
  }
  const dXs = (load<u32>(p, GRU_BACKWARD_D_X_PROJECTION) as usize) + skipped
  const dHs = (load<u32>(p, GRU_BACKWARD_D_H_PROJECTION) as usize) + skipped
  const dh = (load<u32>(p, GRU_BACKWARD_D_H0) as usize) + skipped
  const h0 = (load<u32>(p, GRU_BACKWARD_H0) as usize) + skipped
  const states = (load<u32>(p, GRU_BACKWARD_STATES) as usize) + skipped
  const allGates = (load<u32>(p, GRU_BACKWARD_GATES) as usize) + skipped
  const candidates = (load<u32>(p, GRU_BACKWARD_CANDIDATE) as usize) + skipped
  const dStates = load<u32>(p, GRU_BACKWARD_D_STATES) as usize
  clearColumns(dh, width, batch, count)
  for (let s = steps - 1; s >= 0; s--) {
    const t = reverse ? steps - 1 - s : s
    const at = <usize>t * stateBytes
    const h = s == 0 ? h0 : states + <usize>(reverse ? t + 1 : t - 1) * stateBytes
    const gates = allGates + 3 * at
    const dX = dXs + 3 * at
    const dH = dHs + 3 * at
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      const dState = dStates ? dStates + at + row + skipped : 0
      if (isPadded(isReal, t * batch + b)) {
        addOptional(dh + row, dState, count)
        for (let gate = 0; gate < 3; gate++) {
          fillWords(dX + 3 * row + <usize>gate * width, count, 0)
          fillWords(dH + 3 * row + <usize>gate * width, count, 0)
        }
      } else {
        differentiateState(dX + 3 * row, dH + 3 * row, dh + row, dState, gates + 3 * row, candidates + at + row, h + row,
          width, count, resetAfter)
      }
    }
    if (!resetAfter) {
      const code = meet()
      if (code) return code
      const dN = dH - skipped + 2 * width
      multiplyPacked(dCandidate, bytes(tiled), dN, 3 * width, packedNew, batch, hidden, tiled, false, scratch)
      for (let b = 0; b < batch; b++) {
        const row = <usize>b * width
        if (isPadded(isReal, t * batch + b)) continue
        differentiateReset(dX + 3 * row, dH + 3 * row, dh + row, dCandidate + <usize>b * bytes(tiled), gates + 3 * row,
          h + row, count)
      }
    }
    const code = meet()
    if (code) return code
    multiplyPacked(dh, width, dH - skipped, 3 * width, packedGates, batch, depth, count, true, scratch)
  }
  return ERROR_OK
}
