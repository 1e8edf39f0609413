import { normScratchBytes } from '../plan/scratch.ts'
import type { OpContext, OpRule } from './op-context.ts'
import { elements, type View } from './view.ts'

type ForwardName = 'layerNorm' | 'rmsNorm'
type GradName = 'layerNormGrad' | 'rmsNormGrad'

function rowsOf(shape: readonly number[]): { rows: number; n: number } {
  const n = shape.at(-1)!
  return { rows: n === 0 ? 0 : elements(shape) / n, n }
}

function forward<O extends ForwardName>(centred: boolean): OpRule<O> {
  return (context) => {
    const { emitter, inputs, attributes, outputs } = context as unknown as OpContext<ForwardName>
    const [x, weight, bias] = inputs.map((view) => emitter.contiguous(view)) as [View, View, View?]
    const dst = emitter.result(outputs[0]!, [x, weight, bias])
    const numbers = { ...rowsOf(x.shape), epsilon: attributes.epsilon, centred: Number(centred) }
    emitter.plain({
      name: 'norm',
      writes: { dst },
      reads: { x, weight, bias },
      numbers,
      share: [['dst', 'x']],
    })
    return [dst]
  }
}

function grad<O extends GradName>(centred: boolean): OpRule<O> {
  return (context) => {
    const { emitter, inputs, attributes, outputs } = context as unknown as OpContext<GradName>
    const [x, weight, dY] = inputs.map((view) => emitter.contiguous(view)) as [View, View, View]
    const results = outputs.map((shape) => emitter.result(shape, [x, weight, dY])) as [View, View, View?]
    const [dX, dWeight, dBias] = results
    const sizes = rowsOf(x.shape)
    emitter.plain({
      name: 'normGrad',
      writes: { dX, dWeight, ...(dBias ? { dBias } : {}) },
      reads: { x, weight, dY },
      numbers: { ...sizes, epsilon: attributes.epsilon, centred: Number(centred) },
      scratchBytes: normScratchBytes(sizes.rows, sizes.n),
      share: [
        ['dX', 'dY'],
        ['dX', 'x'],
      ],
    })
    return dBias ? [dX, dWeight, dBias] : [dX, dWeight]
  }
}

/** LayerNorm and RMSNorm: the same instruction, with and without the mean. */
export const normRules: { readonly [O in ForwardName | GradName]: OpRule<O> } = {
  layerNorm: forward<'layerNorm'>(true),
  layerNormGrad: grad<'layerNormGrad'>(true),
  rmsNorm: forward<'rmsNorm'>(false),
  rmsNormGrad: grad<'rmsNormGrad'>(false),
}
