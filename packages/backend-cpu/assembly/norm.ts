// LayerNorm (centred) and RMSNorm over rows, and their gradients.
import {
  ERROR_OK, NORM_BIAS, NORM_CENTRED, NORM_DST, NORM_EPSILON, NORM_GRAD_CENTRED, NORM_GRAD_D_BIAS, NORM_GRAD_D_WEIGHT,
  NORM_GRAD_D_X, NORM_GRAD_D_Y, NORM_GRAD_EPSILON, NORM_GRAD_N, NORM_GRAD_ROWS, NORM_GRAD_SCRATCH,
  NORM_GRAD_WEIGHT, NORM_GRAD_X, NORM_N, NORM_ROWS, NORM_WEIGHT, NORM_X,
} from './opcodes'
import { fillWords, loadTail, storeTail, sumLanes } from './memory'
import { sumOfRow } from './reduce'
import { meet, partEnd, partStart } from './team'

/** Elements that are added up in float before the sum goes to double. */
const CHUNK: i32 = 1024
/** Rows whose parts of the gradients of weight and bias are added up before they go to the sums. */
const ROW_CHUNK: i32 = 64

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

@inline
function squareOf(x: v128, shift: v128): v128 {
  const distance = f32x4.sub(x, shift)
  return f32x4.mul(distance, distance)
}

/** Sum of (x - mean)². */
function squaredDistance(x: usize, n: i32, mean: f32): f64 {
  const shift = f32x4.splat(mean)
  let total: f64 = 0
  for (; n > 0; n -= CHUNK) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let left = min(n, CHUNK)
    for (; left >= 16; left -= 16) {
      s0 = f32x4.add(s0, squareOf(v128.load(x), shift))
      s1 = f32x4.add(s1, squareOf(v128.load(x, 16), shift))
      s2 = f32x4.add(s2, squareOf(v128.load(x, 32), shift))
      s3 = f32x4.add(s3, squareOf(v128.load(x, 48), shift))
      x += 64
    }
    for (; left >= 4; left -= 4) {
      s0 = f32x4.add(s0, squareOf(v128.load(x), shift))
      x += 16
    }
    if (left > 0) s1 = f32x4.add(s1, squareOf(loadTail(x, left, shift), shift))
    total += sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
  }
  return total
}

/** What a row is shifted by. */
@inline
function meanOf(x: usize, n: i32, centred: bool): f32 {
  return centred ? <f32>(sumOfRow(x, n) / n) : 0
}

/** What a row is multiplied by. */
@inline
function inverseDeviation(x: usize, n: i32, mean: f32, epsilon: f32): f32 {
  return <f32>(1 / Math.sqrt(squaredDistance(x, n, mean) / n + <f64>epsilon))
}

@inline
function normalized(x: v128, shift: v128, factor: v128): v128 {
  return f32x4.mul(f32x4.sub(x, shift), factor)
}

function normRow(dst: usize, x: usize, weight: usize, bias: usize, n: i32, shift: v128, factor: v128): void {
  const zero = f32x4.splat(0)
  for (; n >= 4; n -= 4) {
    const y = f32x4.mul(normalized(v128.load(x), shift, factor), v128.load(weight))
    v128.store(dst, bias ? f32x4.add(y, v128.load(bias)) : y)
    dst += 16
    x += 16
    weight += 16
    if (bias) bias += 16
  }
  if (n > 0) {
    const y = f32x4.mul(normalized(loadTail(x, n, zero), shift, factor), loadTail(weight, n, zero))
    storeTail(dst, bias ? f32x4.add(y, loadTail(bias, n, zero)) : y, n)
  }
}

export function norm(p: usize): void {
  let dst = load<u32>(p, NORM_DST) as usize
  let x = load<u32>(p, NORM_X) as usize
  const weight = load<u32>(p, NORM_WEIGHT) as usize
  const bias = load<u32>(p, NORM_BIAS) as usize
  const n = load<i32>(p, NORM_N)
  const epsilon = load<f32>(p, NORM_EPSILON)
  const centred = load<i32>(p, NORM_CENTRED) != 0
  const rows = load<i32>(p, NORM_ROWS)
  const first = partStart(rows, 1)
  dst += <usize>first * bytes(n)
  x += <usize>first * bytes(n)
  for (let row = partEnd(rows, 1) - first; row > 0; row--) {
    const mean = meanOf(x, n, centred)
    const inverse = inverseDeviation(x, n, mean, epsilon)
    normRow(dst, x, weight, bias, n, f32x4.splat(mean), f32x4.splat(inverse))
    dst += bytes(n)
    x += bytes(n)
  }
}

/** to[i] += from[i] */
function addTo(to: usize, from: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)))
    to += 16
    from += 16
  }
  const zero = f32x4.splat(0)
  if (n > 0) storeTail(to, f32x4.add(loadTail(to, n, zero), loadTail(from, n, zero)), n)
}

/** Sums over a row of g = dy · weight and of g · x̂. */
let sumG: f64 = 0
let sumGX: f64 = 0

/** The sums of a row; what it adds to the gradients goes to weightPart and biasPart, which are whole vectors. */
function sumRow(
  x: usize, weight: usize, dY: usize, weightPart: usize, biasPart: usize, n: i32, shift: v128, factor: v128,
): void {
  const zero = f32x4.splat(0)
  sumG = 0
  sumGX = 0
  for (; n > 0; n -= CHUNK) {
    let ofG = zero
    let ofGX = zero
    let left = min(n, CHUNK)
    for (; left > 0; left -= 4) {
      const isWhole = left >= 4
      const dy = isWhole ? v128.load(dY) : loadTail(dY, left, zero)
      const z = normalized(isWhole ? v128.load(x) : loadTail(x, left, shift), shift, factor)
      const g = f32x4.mul(dy, isWhole ? v128.load(weight) : loadTail(weight, left, zero))
      ofG = f32x4.add(ofG, g)
      ofGX = f32x4.add(ofGX, f32x4.mul(g, z))
      v128.store(weightPart, f32x4.add(v128.load(weightPart), f32x4.mul(dy, z)))
      v128.store(biasPart, f32x4.add(v128.load(biasPart), dy))
      dY += 16
      x += 16
      weight += 16
      weightPart += 16
      biasPart += 16
    }
    sumG += sumLanes(ofG)
    sumGX += sumLanes(ofGX)
  }
}

@inline
function gradientOf(z: v128, g: v128, meanG: v128, meanGX: v128, factor: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(z, meanGX)), factor)
}

/** dX = (g - mean g - x̂ · mean(g x̂)) · factor */
function gradientRow(
  dX: usize, x: usize, weight: usize, dY: usize, n: i32, shift: v128, factor: v128, meanG: v128, meanGX: v128,
): void {
  for (; n >= 4; n -= 4) {
    const g = f32x4.mul(v128.load(dY), v128.load(weight))
    v128.store(dX, gradientOf(normalized(v128.load(x), shift, factor), g, meanG, meanGX, factor))
    dX += 16
    x += 16
    weight += 16
    dY += 16
  }
  if (n > 0) {
    const zero = f32x4.splat(0)
    const g = f32x4.mul(loadTail(dY, n, zero), loadTail(weight, n, zero))
    storeTail(dX, gradientOf(normalized(loadTail(x, n, zero), shift, factor), g, meanG, meanGX, factor), n)
  }
}

/** to[i] = the sum over the runs of rows, in their order. */
function sumParts(to: usize, parts: usize, partBytes: usize, count: i32, n: i32): void {
  fillWords(to, n, 0)
  for (; count > 0; count--) {
    addTo(to, parts, n)
    parts += partBytes
  }
}

/** Runs of rows are divided among threads; what each adds to the gradients stays apart until all are there. */
export function normGrad(p: usize): i32 {
  let dX = load<u32>(p, NORM_GRAD_D_X) as usize
  const dWeight = load<u32>(p, NORM_GRAD_D_WEIGHT) as usize
  const dBias = load<u32>(p, NORM_GRAD_D_BIAS) as usize
  let x = load<u32>(p, NORM_GRAD_X) as usize
  const weight = load<u32>(p, NORM_GRAD_WEIGHT) as usize
  let dY = load<u32>(p, NORM_GRAD_D_Y) as usize
  const rows = load<i32>(p, NORM_GRAD_ROWS)
  const n = load<i32>(p, NORM_GRAD_N)
  const epsilon = load<f32>(p, NORM_GRAD_EPSILON)
  const centred = load<i32>(p, NORM_GRAD_CENTRED) != 0
  const parts = load<u32>(p, NORM_GRAD_SCRATCH) as usize
  const partBytes = (bytes(n) + 15) & ~15
  const first = partStart(rows, ROW_CHUNK)
  const end = partEnd(rows, ROW_CHUNK)
  dX += <usize>first * bytes(n)
  x += <usize>first * bytes(n)
  dY += <usize>first * bytes(n)
  let weightPart = parts + <usize>(2 * (first / ROW_CHUNK)) * partBytes
  let biasPart = weightPart + partBytes
  for (let row = first; row < end; row++) {
    if (row % ROW_CHUNK == 0) fillWords(weightPart, <i32>(partBytes >> 1), 0)
    const mean = meanOf(x, n, centred)
    const shift = f32x4.splat(mean)
    const factor = f32x4.splat(inverseDeviation(x, n, mean, epsilon))
    sumRow(x, weight, dY, weightPart, biasPart, n, shift, factor)
    const meanG = f32x4.splat(centred ? <f32>(sumG / n) : 0)
    gradientRow(dX, x, weight, dY, n, shift, factor, meanG, f32x4.splat(<f32>(sumGX / n)))
    if (row % ROW_CHUNK == ROW_CHUNK - 1) {
      weightPart += 2 * partBytes
      biasPart += 2 * partBytes
    }
    dX += bytes(n)
    x += bytes(n)
    dY += bytes(n)
  }
  const code = meet()
  if (code) return code
  const column = partStart(n, 16)
  const columns = partEnd(n, 16) - column
  const count = (rows + ROW_CHUNK - 1) / ROW_CHUNK
  sumParts(dWeight + bytes(column), parts + bytes(column), 2 * partBytes, count, columns)
  if (dBias) sumParts(dBias + bytes(column), parts + partBytes + bytes(column), 2 * partBytes, count, columns)
  return ERROR_OK
}
