import { argumentOffsets } from '../plan/encoding.ts'
import { sigmoid } from './functions.ts'
import { addProduct, isRealAt, recurrence } from './lstm.ts'
import { pointerAt, type Views } from './views.ts'

const forwardAt = argumentOffsets('gruForward')
const backwardAt = argumentOffsets('gruBackward')

/** Scratch holds W h + b of all gates, [batch, 3H]; the part of n is of r h unless resetAfter. */
export function gruForward(views: Views, p: number): void {
  const { float } = views
  const at = (name: keyof typeof forwardAt): number => pointerAt(views, p + forwardAt[name])
  const word = (name: keyof typeof forwardAt): number => views.int[p + forwardAt[name]]!
  const [states, gates, candidates, x] = [at('states'), at('gates'), at('candidate'), at('xProjection')]
  const [weight, bias, h0, isReal] = [at('weightHh'), at('biasHh'), at('h0'), at('isReal')]
  const products = at('scratch')
  const [steps, batch, hidden] = [word('steps'), word('batch'), word('hidden')]
  const resetAfter = word('resetAfter') !== 0
  const size = batch * hidden
  const matrix = { at: weight, row: hidden, transposed: true }
  const newRows = { ...matrix, at: weight + 2 * hidden * hidden }
  for (const { t, before } of recurrence(steps, word('reverse') !== 0)) {
    const h = before === undefined ? h0 : states + before * size
    const candidate = candidates + t * size
    const gate = gates + 3 * t * size
    for (let b = 0; b < batch; b++) float.copyWithin(products + 3 * b * hidden, bias, bias + 3 * hidden)
    const state = { at: h, row: hidden, depth: hidden }
    addProduct(float, { at: products, row: 3 * hidden, columns: 2 * hidden }, state, matrix, batch)
    for (let b = 0; b < batch; b++) {
      for (let j = 0; j < 2 * hidden; j++) {
        const element = 3 * b * hidden + j
        float[gate + element] = sigmoid(float[x + 3 * t * size + element]! + float[products + element]!)
      }
      for (let j = 0; j < hidden; j++) {
        const element = b * hidden + j
        float[candidate + element] = float[gate + 3 * b * hidden + j]! * float[h + element]!
      }
    }
    const inner = resetAfter ? state : { ...state, at: candidate }
    const newColumns = { at: products + 2 * hidden, row: 3 * hidden, columns: hidden }
    addProduct(float, newColumns, inner, newRows, batch)
    for (let b = 0; b < batch; b++) {
      const row = 3 * b * hidden
      const real = isRealAt(views, isReal, t * batch + b)
      if (!real) float.fill(0, gate + row, gate + row + 3 * hidden)
      for (let j = 0; j < hidden; j++) {
        const element = b * hidden + j
        const previous = float[h + element]!
        if (!real) {
          float[states + t * size + element] = previous
          float[candidate + element] = 0
          continue
        }
        const product = float[products + row + 2 * hidden + j]!
        if (resetAfter) float[candidate + element] = product
        const scaled = resetAfter ? float[gate + row + j]! * product : product
        const n = Math.tanh(float[x + 3 * t * size + row + 2 * hidden + j]! + scaled)
        const z = float[gate + row + hidden + j]!
        float[gate + row + 2 * hidden + j] = n
        float[states + t * size + element] = (1 - z) * n + z * previous
      }
    }
  }
}

export function gruBackward(views: Views, p: number): void {
  const { float } = views
  const at = (name: keyof typeof backwardAt): number => pointerAt(views, p + backwardAt[name])
  const word = (name: keyof typeof backwardAt): number => views.int[p + backwardAt[name]]!
  const [dXs, dHs, dh, weight, h0] = [
    at('dXProjection'),
    at('dHProjection'),
    at('dH0'),
    at('weightHh'),
    at('h0'),
  ]
  const [isReal, states, gates, candidates] = [at('isReal'), at('states'), at('gates'), at('candidate')]
  const [dStates, dCandidate] = [at('dStates'), at('scratch')]
  const [steps, batch, hidden] = [word('steps'), word('batch'), word('hidden')]
  const resetAfter = word('resetAfter') !== 0
  const size = batch * hidden
  const matrix = { at: weight, row: hidden, transposed: false }
  const newRows = { ...matrix, at: weight + 2 * hidden * hidden }
  float.fill(0, dh, dh + size)
  for (const { t, before } of recurrence(steps, word('reverse') !== 0).reverse()) {
    const h = before === undefined ? h0 : states + before * size
    const real = (b: number): boolean => isRealAt(views, isReal, t * batch + b)
    for (let b = 0; b < batch; b++) {
      const row = 3 * (t * size + b * hidden)
      for (let j = 0; j < hidden; j++) {
        const element = b * hidden + j
        float[dh + element]! += dStates === 0 ? 0 : float[dStates + t * size + element]!
        if (!real(b)) {
          for (let k = 0; k < 3; k++)
            float[dXs + row + k * hidden + j] = float[dHs + row + k * hidden + j] = 0
          continue
        }
        const [r, z, n] = [0, 1, 2].map((k) => float[gates + row + k * hidden + j]!) as [
          number,
          number,
          number,
        ]
        const d = float[dh + element]!
        const dNew = d * (1 - z) * (1 - n * n)
        const dUpdate = d * (float[h + element]! - n) * z * (1 - z)
        const dReset = dNew * float[candidates + t * size + element]! * r * (1 - r)
        const dX = [resetAfter ? dReset : 0, dUpdate, dNew]
        const dH = [dX[0]!, dUpdate, resetAfter ? dNew * r : dNew]
        for (let k = 0; k < 3; k++) {
          float[dXs + row + k * hidden + j] = dX[k]!
          float[dHs + row + k * hidden + j] = dH[k]!
        }
        float[dh + element] = d * z
      }
    }
    const dH = { at: dHs + 3 * t * size, row: 3 * hidden, depth: 2 * hidden }
    const dNew = { at: dH.at + 2 * hidden, row: 3 * hidden, depth: hidden }
    const state = { at: dh, row: hidden, columns: hidden }
    if (resetAfter) addProduct(float, state, dNew, newRows, batch)
    else {
      float.fill(0, dCandidate, dCandidate + size)
      addProduct(float, { ...state, at: dCandidate }, dNew, newRows, batch)
      for (let b = 0; b < batch; b++) {
        if (!real(b)) continue
        const row = 3 * (t * size + b * hidden)
        for (let j = 0; j < hidden; j++) {
          const element = b * hidden + j
          const r = float[gates + row + j]!
          const d = float[dCandidate + element]!
          const dReset = d * float[h + element]! * r * (1 - r)
          float[dXs + row + j] = dReset
          float[dHs + row + j] = dReset
          float[dh + element]! += d * r
        }
      }
    }
    addProduct(float, state, dH, matrix, batch)
  }
}
