import type { EagerComposite } from '@dragoman/core/backend'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

/**
 * The update with its scalars folded into few factors, each a pass over the weights:
 *
 *   p' = p − lr √c₂ / c₁ · m' / (√v' + ε √c₂)
 */
export function adam(ops: Ops): EagerComposite<TfTensor, 'adam'> {
  return ([parameter, gradient, m, v, ...scalars], attributes) => {
    const { beta1, beta2, epsilon, weightDecay, decoupled } = attributes
    const values = scalars.map(({ handle }) => Number(handle.dataSync()[0]))
    const [learningRate, correction1, correction2, scale] = values as [number, number, number, number]
    const coupled = decoupled ? 0 : weightDecay
    const { g, factor } = effectiveGradient(ops, gradient!.handle, parameter!.handle, scale, coupled)
    const keptM = times(ops, m!.handle, beta1)
    const keptV = times(ops, v!.handle, beta2)
    const addM = () => times(ops, g, (1 - beta1) * factor)
    const addV = () => times(ops, ops.unary('Square', g), (1 - beta2) * factor * factor)
    // A scale of 0 means that there is no gradient, even where it is NaN.
    const nextM = factor === 0 ? keptM : ops.add(keptM, addM())
    const nextV = factor === 0 ? keptV : ops.add(keptV, addV())
    const root = Math.sqrt(correction2)
    const denominator = ops.add(ops.unary('Sqrt', nextV), ops.scalar(epsilon * root))
    const change = times(ops, ops.div(nextM, denominator), (learningRate * root) / correction1)
    const start = times(ops, parameter!.handle, decoupled ? 1 - learningRate * weightDecay : 1)
    return [ops.sub(start, change), nextM, nextV]
  }
}

function times(ops: Ops, x: TfTensor, factor: number): TfTensor {
  return factor === 1 ? x : ops.mul(x, ops.scalar(factor))
}

/** What the moments are made of is g · factor; a factor of 0 stands for nothing at all. */
function effectiveGradient(
  ops: Ops,
  gradient: TfTensor,
  parameter: TfTensor,
  scale: number,
  weightDecay: number,
): { readonly g: TfTensor; readonly factor: number } {
  if (weightDecay === 0) return { g: gradient, factor: scale }
  const decay = times(ops, parameter, weightDecay)
  return { g: scale === 0 ? decay : ops.add(times(ops, gradient, scale), decay), factor: 1 }
}
