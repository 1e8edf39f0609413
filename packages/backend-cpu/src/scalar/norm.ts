import { argumentOffsets } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const forwardAt = argumentOffsets('norm')
const gradAt = argumentOffsets('normGrad')

/** A row normalised, in double, and what it was multiplied by. */
function normalize(
  row: Float32Array,
  centred: boolean,
  epsilon: number,
): { values: Float64Array; factor: number } {
  const mean = centred ? row.reduce((sum, x) => sum + x, 0) / row.length : 0
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length
  const factor = 1 / Math.sqrt(variance + epsilon)
  return { values: Float64Array.from(row, (x) => (x - mean) * factor), factor }
}

export function norm(views: Views, p: number): void {
  const { float, int } = views
  const n = int[p + forwardAt.n]!
  const [dst, x] = [pointerAt(views, p + forwardAt.dst), pointerAt(views, p + forwardAt.x)]
  const [weight, bias] = [pointerAt(views, p + forwardAt.weight), pointerAt(views, p + forwardAt.bias)]
  const epsilon = float[p + forwardAt.epsilon]!
  for (let row = 0; row < int[p + forwardAt.rows]! * n; row += n) {
    const centred = int[p + forwardAt.centred] !== 0
    const { values } = normalize(float.subarray(x + row, x + row + n), centred, epsilon)
    for (let j = 0; j < n; j++) {
      float[dst + row + j] = values[j]! * float[weight + j]! + (bias === 0 ? 0 : float[bias + j]!)
    }
  }
}

export function normGrad(views: Views, p: number): void {
  const { float, int } = views
  const n = int[p + gradAt.n]!
  const centred = int[p + gradAt.centred] !== 0
  const epsilon = float[p + gradAt.epsilon]!
  const at = (name: keyof typeof gradAt): number => pointerAt(views, p + gradAt[name])
  const [dX, dWeight, dBias] = [at('dX'), at('dWeight'), at('dBias')]
  const [x, weight, dY] = [at('x'), at('weight'), at('dY')]
  const [weightSums, biasSums] = [new Float64Array(n), new Float64Array(n)]
  for (let row = 0; row < int[p + gradAt.rows]! * n; row += n) {
    const { values, factor } = normalize(float.subarray(x + row, x + row + n), centred, epsilon)
    const dy = Float64Array.from(float.subarray(dY + row, dY + row + n))
    const g = dy.map((value, j) => value * float[weight + j]!)
    const meanG = centred ? g.reduce((sum, value) => sum + value, 0) / n : 0
    const meanGX = g.reduce((sum, value, j) => sum + value * values[j]!, 0) / n
    for (let j = 0; j < n; j++) {
      float[dX + row + j] = (g[j]! - meanG - values[j]! * meanGX) * factor
      weightSums[j]! += dy[j]! * values[j]!
      biasSums[j]! += dy[j]!
    }
  }
  float.set(weightSums, dWeight)
  if (dBias !== 0) float.set(biasSums, dBias)
}
