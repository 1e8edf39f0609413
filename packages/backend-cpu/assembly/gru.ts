// The GRU over a whole sequence, forward and backward (gates r, z, n), with the reset before or after the product.
import {
  GRU_BACKWARD_BATCH, GRU_BACKWARD_CANDIDATE, GRU_BACKWARD_D_H0, GRU_BACKWARD_D_H_PROJECTION, GRU_BACKWARD_D_STATES,
  GRU_BACKWARD_D_X_PROJECTION, GRU_BACKWARD_GATES, GRU_BACKWARD_H0, GRU_BACKWARD_HIDDEN, GRU_BACKWARD_IS_REAL,
  GRU_BACKWARD_RESET_AFTER, GRU_BACKWARD_REVERSE, GRU_BACKWARD_SCRATCH, GRU_BACKWARD_STATES, GRU_BACKWARD_STEPS,
  GRU_BACKWARD_WEIGHT_HH, GRU_FORWARD_BATCH, GRU_FORWARD_BIAS_HH, GRU_FORWARD_CANDIDATE, GRU_FORWARD_GATES,
  GRU_FORWARD_H0, GRU_FORWARD_HIDDEN, GRU_FORWARD_IS_REAL, GRU_FORWARD_RESET_AFTER, GRU_FORWARD_REVERSE,
  GRU_FORWARD_SCRATCH, GRU_FORWARD_STATES, GRU_FORWARD_STEPS, GRU_FORWARD_WEIGHT_HH, GRU_FORWARD_X_PROJECTION,
} from './opcodes'
import { multiplyPacked, packWhole, packedBytes, packedScratchBytes } from './gemm'
import { addOptional, isPadded, plusOptional, throughSigmoid, throughTanh } from './lstm'
import { sigmoid, tanh } from './math'
import { copyWords, fillWords, loadUpTo4, storeUpTo4 } from './memory'

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** r and z, n values each: gate = sigmoid(x + product + bias). */
function activateGates(gates: usize, x: usize, product: usize, bias: usize, n: i32): void {
  const zero = f32x4.splat(0)
  for (; n > 0; n -= 4) {
    const sum = f32x4.add(loadUpTo4(x, n, zero), f32x4.add(loadUpTo4(product, n, zero), loadUpTo4(bias, n, zero)))
    storeUpTo4(gates, sigmoid(sum), n)
    gates += 16
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
  hidden: i32, resetAfter: i32,
): void {
  const zero = f32x4.splat(0)
  const width = bytes(hidden)
  for (let left = hidden; left > 0; left -= 4) {
    let inner = f32x4.add(loadUpTo4(product, left, zero), loadUpTo4(bias, left, zero))
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

export function gruForward(p: usize): void {
  const states = load<u32>(p, GRU_FORWARD_STATES) as usize
  const allGates = load<u32>(p, GRU_FORWARD_GATES) as usize
  const candidates = load<u32>(p, GRU_FORWARD_CANDIDATE) as usize
  const x = load<u32>(p, GRU_FORWARD_X_PROJECTION) as usize
  const weight = load<u32>(p, GRU_FORWARD_WEIGHT_HH) as usize
  const bias = load<u32>(p, GRU_FORWARD_BIAS_HH) as usize
  const isReal = load<u32>(p, GRU_FORWARD_IS_REAL) as usize
  const packedGates = load<u32>(p, GRU_FORWARD_SCRATCH) as usize
  const steps = load<i32>(p, GRU_FORWARD_STEPS)
  const batch = load<i32>(p, GRU_FORWARD_BATCH)
  const hidden = load<i32>(p, GRU_FORWARD_HIDDEN)
  const reverse = load<i32>(p, GRU_FORWARD_REVERSE)
  const resetAfter = load<i32>(p, GRU_FORWARD_RESET_AFTER)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const packedNew = packedGates + packedBytes(hidden, 2 * hidden)
  const scratch = packedNew + packedBytes(hidden, hidden)
  const products = scratch + packedScratchBytes(batch, hidden)
  packWhole(packedGates, weight, width, true, hidden, 2 * hidden)
  packWhole(packedNew, weight + <usize>(2 * hidden) * width, width, true, hidden, hidden)
  let h = load<u32>(p, GRU_FORWARD_H0) as usize
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s
    const at = <usize>t * stateBytes
    const state = states + at
    const gates = allGates + 3 * at
    const candidate = candidates + at
    multiplyPacked(products, 3 * width, h, width, packedGates, batch, hidden, 2 * hidden, false, scratch)
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      activateGates(gates + 3 * row, x + 3 * (at + row), products + 3 * row, bias, 2 * hidden)
      if (!resetAfter) multiplyRows(candidate + row, gates + 3 * row, h + row, hidden)
    }
    const inner = resetAfter ? h : candidate
    multiplyPacked(products + 2 * width, 3 * width, inner, width, packedNew, batch, hidden, hidden, false, scratch)
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      if (isPadded(isReal, t * batch + b)) {
        copyWords(state + row, h + row, hidden)
        fillWords(gates + 3 * row, 3 * hidden, 0)
        fillWords(candidate + row, hidden, 0)
      } else {
        activateState(state + row, gates + 3 * row, candidate + row, x + 3 * (at + row) + 2 * width,
          products + 3 * row + 2 * width, bias + 2 * width, h + row, hidden, resetAfter)
      }
    }
    h = state
  }
}

/** One row: gradients before the nonlinearities of z and n; dh becomes the part that goes straight back. */
function differentiateState(
  dX: usize, dH: usize, dh: usize, dState: usize, gates: usize, candidate: usize, h: usize,
  hidden: i32, resetAfter: i32,
): void {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  const width = bytes(hidden)
  for (let left = hidden; left > 0; left -= 4) {
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

/** dH0 carries the gradient of the state from step to step. */
export function gruBackward(p: usize): void {
  const dXs = load<u32>(p, GRU_BACKWARD_D_X_PROJECTION) as usize
  const dHs = load<u32>(p, GRU_BACKWARD_D_H_PROJECTION) as usize
  const dh = load<u32>(p, GRU_BACKWARD_D_H0) as usize
  const weight = load<u32>(p, GRU_BACKWARD_WEIGHT_HH) as usize
  const h0 = load<u32>(p, GRU_BACKWARD_H0) as usize
  const isReal = load<u32>(p, GRU_BACKWARD_IS_REAL) as usize
  const states = load<u32>(p, GRU_BACKWARD_STATES) as usize
  const gates = load<u32>(p, GRU_BACKWARD_GATES) as usize
  const candidates = load<u32>(p, GRU_BACKWARD_CANDIDATE) as usize
  const dStates = load<u32>(p, GRU_BACKWARD_D_STATES) as usize
  const packedGates = load<u32>(p, GRU_BACKWARD_SCRATCH) as usize
  const steps = load<i32>(p, GRU_BACKWARD_STEPS)
  const batch = load<i32>(p, GRU_BACKWARD_BATCH)
  const hidden = load<i32>(p, GRU_BACKWARD_HIDDEN)
  const reverse = load<i32>(p, GRU_BACKWARD_REVERSE)
  const resetAfter = load<i32>(p, GRU_BACKWARD_RESET_AFTER)
  const width = bytes(hidden)
  const stateBytes = <usize>batch * width
  const packedNew = packedGates + packedBytes(2 * hidden, hidden)
  const scratch = packedNew + packedBytes(hidden, hidden)
  const dCandidate = scratch + packedScratchBytes(batch, 2 * hidden)
  packWhole(packedGates, weight, width, false, 2 * hidden, hidden)
  packWhole(packedNew, weight + <usize>(2 * hidden) * width, width, false, hidden, hidden)
  fillWords(dh, batch * hidden, 0)
  for (let s = steps - 1; s >= 0; s--) {
    const t = reverse ? steps - 1 - s : s
    const at = <usize>t * stateBytes
    const h = s == 0 ? h0 : states + <usize>(reverse ? t + 1 : t - 1) * stateBytes
    const dX = dXs + 3 * at
    const dH = dHs + 3 * at
    for (let b = 0; b < batch; b++) {
      const row = <usize>b * width
      const dState = dStates ? dStates + at + row : 0
      if (isPadded(isReal, t * batch + b)) {
        addOptional(dh + row, dState, hidden)
        fillWords(dX + 3 * row, 3 * hidden, 0)
        fillWords(dH + 3 * row, 3 * hidden, 0)
      } else {
        differentiateState(dX + 3 * row, dH + 3 * row, dh + row, dState, gates + 3 * (at + row),
          candidates + at + row, h + row, hidden, resetAfter)
      }
    }
    const dN = dH + 2 * width
    if (resetAfter) multiplyPacked(dh, width, dN, 3 * width, packedNew, batch, hidden, hidden, true, scratch)
    else {
      multiplyPacked(dCandidate, width, dN, 3 * width, packedNew, batch, hidden, hidden, false, scratch)
      for (let b = 0; b < batch; b++) {
        const row = <usize>b * width
        if (isPadded(isReal, t * batch + b)) continue
        differentiateReset(dX + 3 * row, dH + 3 * row, dh + row, dCandidate + row, gates + 3 * (at + row), h + row,
          hidden)
      }
    }
    multiplyPacked(dh, width, dH, 3 * width, packedGates, batch, 2 * hidden, hidden, true, scratch)
  }
}
