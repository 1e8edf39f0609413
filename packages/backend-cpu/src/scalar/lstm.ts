import { argumentOffsets } from '../plan/encoding.ts'
import { sigmoid } from './functions.ts'
import { multiply } from './matmul.ts'
import { pointerAt, type Views } from './views.ts'

const forwardAt = argumentOffsets('lstmForward')
const backwardAt = argumentOffsets('lstmBackward')

/** The steps of a recurrence in its own order: t of this step and of the one before (undefined at the first). */
export function recurrence(steps: number, reverse: boolean): { t: number; before: number | undefined }[] {
  return Array.from({ length: steps }, (_, s) => {
    const t = reverse ? steps - 1 - s : s
    return { t, before: s === 0 ? undefined : t + (reverse ? 1 : -1) }
  })
}

/** isReal[t, b], true where there is no mask. */
export function isRealAt(views: Views, isReal: number, position: number): boolean {
  return isReal === 0 || views.int[isReal + position] !== 0
}

/** c [batch, columns] += a [batch, depth] · b, where b is weight or its transpose, row by row contiguous. */
export function addProduct(
  float: Float32Array,
  c: { at: number; row: number; columns: number },
  a: { at: number; row: number; depth: number },
  weight: { at: number; row: number; transposed: boolean },
  batch: number,
): void {
  const [bRow, bColumn] = weight.transposed ? [1, weight.row] : [weight.row, 1]
  multiply(float, {
    c: c.at,
    cRow: c.row,
    a: a.at,
    aRow: a.row,
    aColumn: 1,
    b: weight.at,
    bRow,
    bColumn,
    m: batch,
    k: a.depth,
    n: c.columns,
    accumulate: true,
  })
}

export function lstmForward(views: Views, p: number): void {
  const { float } = views
  const at = (name: keyof typeof forwardAt): number => pointerAt(views, p + forwardAt[name])
  const [states, cells, allGates, x] = [at('states'), at('cells'), at('gates'), at('xProjection')]
  const [weight, h0, c0, isReal] = [at('weightHh'), at('h0'), at('c0'), at('isReal')]
  const [steps, batch, hidden] = [p + forwardAt.steps, p + forwardAt.batch, p + forwardAt.hidden].map(
    (word) => views.int[word]!,
  ) as [number, number, number]
  const size = batch * hidden
  for (const { t, before } of recurrence(steps, views.int[p + forwardAt.reverse] !== 0)) {
    const h = before === undefined ? h0 : states + before * size
    const c = before === undefined ? c0 : cells + before * size
    const gates = allGates + 4 * t * size
    float.copyWithin(gates, x + 4 * t * size, x + 4 * (t + 1) * size)
    addProduct(
      float,
      { at: gates, row: 4 * hidden, columns: 4 * hidden },
      { at: h, row: hidden, depth: hidden },
      { at: weight, row: hidden, transposed: true },
      batch,
    )
    for (let b = 0; b < batch; b++) {
      const row = gates + 4 * b * hidden
      const real = isRealAt(views, isReal, t * batch + b)
      if (!real) float.fill(0, row, row + 4 * hidden)
      for (let j = 0; j < hidden; j++) {
        const element = b * hidden + j
        const to = t * size + element
        if (real) activate(float, row + j, hidden, c + element, cells + to, states + to)
        else {
          float[states + to] = float[h + element]!
          float[cells + to] = float[c + element]!
        }
      }
    }
  }
}

/** Gates of one unit, `step` apart, and its new cell and state. */
function activate(
  float: Float32Array,
  gate: number,
  step: number,
  cPrevious: number,
  cell: number,
  state: number,
): void {
  const i = sigmoid(float[gate]!)
  const f = sigmoid(float[gate + step]!)
  const g = Math.tanh(float[gate + 2 * step]!)
  const o = sigmoid(float[gate + 3 * step]!)
  const c = f * float[cPrevious]! + i * g
  float[gate] = i
  float[gate + step] = f
  float[gate + 2 * step] = g
  float[gate + 3 * step] = o
  float[cell] = c
  float[state] = o * Math.tanh(c)
}

export function lstmBackward(views: Views, p: number): void {
  const { float } = views
  const at = (name: keyof typeof backwardAt): number => pointerAt(views, p + backwardAt[name])
  const [dX, dh, dc] = [at('dXProjection'), at('dH0'), at('dC0')]
  const [weight, c0, isReal, cells, gates] = [
    at('weightHh'),
    at('c0'),
    at('isReal'),
    at('cells'),
    at('gates'),
  ]
  const [dStates, dCells] = [at('dStates'), at('dCells')]
  const [steps, batch, hidden] = [p + backwardAt.steps, p + backwardAt.batch, p + backwardAt.hidden].map(
    (word) => views.int[word]!,
  ) as [number, number, number]
  const size = batch * hidden
  float.fill(0, dh, dh + size)
  float.fill(0, dc, dc + size)
  for (const { t, before } of recurrence(steps, views.int[p + backwardAt.reverse] !== 0).reverse()) {
    const c = before === undefined ? c0 : cells + before * size
    for (let b = 0; b < batch; b++) {
      const row = 4 * (t * size + b * hidden)
      const real = isRealAt(views, isReal, t * batch + b)
      if (!real) float.fill(0, dX + row, dX + row + 4 * hidden)
      for (let j = 0; j < hidden; j++) {
        const element = b * hidden + j
        const place = t * size + element
        float[dh + element]! += dStates === 0 ? 0 : float[dStates + place]!
        float[dc + element]! += dCells === 0 ? 0 : float[dCells + place]!
        if (!real) continue
        const unit = { gate: gates + row + j, dGate: dX + row + j, step: hidden }
        differentiate(float, unit, cells + place, c + element, dh + element, dc + element)
      }
    }
    addProduct(
      float,
      { at: dh, row: hidden, columns: hidden },
      { at: dX + 4 * t * size, row: 4 * hidden, depth: 4 * hidden },
      { at: weight, row: hidden, transposed: false },
      batch,
    )
  }
}

/** Gradients before the nonlinearities of one unit; dh and dc become what goes straight to the step before. */
function differentiate(
  float: Float32Array,
  { gate, dGate, step }: { gate: number; dGate: number; step: number },
  cell: number,
  cPrevious: number,
  dh: number,
  dc: number,
): void {
  const [i, f, g, o] = [0, 1, 2, 3].map((k) => float[gate + k * step]!) as [number, number, number, number]
  const squashed = Math.tanh(float[cell]!)
  const dState = float[dh]!
  const dCell = float[dc]! + dState * o * (1 - squashed * squashed)
  float[dGate] = dCell * g * i * (1 - i)
  float[dGate + step] = dCell * float[cPrevious]! * f * (1 - f)
  float[dGate + 2 * step] = dCell * i * (1 - g * g)
  float[dGate + 3 * step] = dState * squashed * o * (1 - o)
  float[dc] = dCell * f
  float[dh] = 0
}
