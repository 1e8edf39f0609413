import { argumentOffsets } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const at = argumentOffsets('adam')

export function adam(views: Views, p: number): void {
  const pointer = (name: keyof typeof at): number => pointerAt(views, p + at[name])
  const immediate = (name: keyof typeof at): number => views.float[p + at[name]]!
  const scalar = (name: keyof typeof at): number => views.float[pointer(name)]!
  const [param, grad, m, v] = [pointer('param'), pointer('grad'), pointer('m'), pointer('v')]
  const [paramOut, mOut, vOut] = [pointer('paramOut'), pointer('mOut'), pointer('vOut')]
  const [beta1, fresh1] = [immediate('beta1'), immediate('oneMinusBeta1')]
  const [beta2, fresh2] = [immediate('beta2'), immediate('oneMinusBeta2')]
  const eps = immediate('eps')
  const weightDecay = immediate('weightDecay')
  const decoupled = views.int[p + at.decoupled] !== 0
  const learningRate = scalar('learningRate')
  const step = learningRate / scalar('correction1')
  const root = Math.sqrt(scalar('correction2'))
  const scale = scalar('gradScale')
  const n = views.int[p + at.n]!
  for (let i = 0; i < n; i++) {
    let x = views.float[param + i]!
    // A scale of 0 means that there is no gradient, even where it is NaN.
    let g = scale === 0 ? 0 : views.float[grad + i]! * scale
    if (decoupled) x *= 1 - learningRate * weightDecay
    else if (weightDecay !== 0) g += weightDecay * x
    const first = beta1 * views.float[m + i]! + fresh1 * g
    const second = beta2 * views.float[v + i]! + fresh2 * g * g
    views.float[mOut + i] = first
    views.float[vOut + i] = second
    views.float[paramOut + i] = x - (step * first) / (Math.sqrt(second) / root + eps)
  }
}
