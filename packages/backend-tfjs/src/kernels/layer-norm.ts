import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import type { Operand } from './kernel.ts'

/** (x − mean) / √(variance + ε) · weight + bias, over the last axis. */
export function layerNorm(
  ops: Ops,
  [x, weight, bias]: readonly Operand[],
  { epsilon }: { readonly epsilon: number },
): TfTensor {
  const mean = (x: TfTensor) =>
    ops.device.launch('Mean', { x }, { axis: [x.shape.length - 1], keepDims: true })
  const centred = ops.sub(x!.handle, mean(x!.handle))
  const variance = mean(ops.unary('Square', centred))
  const deviation = ops.unary('Sqrt', ops.add(variance, ops.scalar(epsilon)))
  const scaled = ops.mul(ops.div(centred, deviation), weight!.handle)
  return bias ? ops.add(scaled, bias.handle) : scaled
}
