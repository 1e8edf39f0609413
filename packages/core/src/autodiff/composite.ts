import { previousStates } from '../graph/composites/recurrent.ts'
import type { Dim } from '../graph/dims.ts'
import { sizeOf } from '../graph/dims.ts'
import { matmul } from '../graph/matmul.ts'
import { concat, reshape, slice, zeros } from '../graph/movement.ts'
import type { OpName } from '../graph/ops.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { throughBody } from './backpropagate.ts'
import type { Cotangent, GradientTable, RuleContext } from './rule.ts'

type F = Tensor<'float'>

/**
 * Gradients of composites that have a better one than that of their body. Where something flows into what
 * a recurrent layer saved for its gradient, as in a second derivative, the body's own gradient is taken.
 */
export const compositeGradients: GradientTable<
  'softmax' | 'logSoftmax' | 'crossEntropy' | 'layerNorm' | 'rmsNorm' | 'attention' | 'lstm' | 'gru'
> = {
  softmax: ({ trace, outputs, gradients: [g] }) => trace.emit('softmaxGrad', [outputs[0]!, g!], {}) as F[],
  logSoftmax: ({ trace, outputs, gradients: [g] }) =>
    trace.emit('logSoftmaxGrad', [outputs[0]!, g!], {}) as F[],
  crossEntropy: ({ trace, node, inputs: [logits, labels], gradients: [g] }) =>
    trace.emit('crossEntropyGrad', [logits!, labels!, g!], node.attributes) as F[],
  layerNorm: ({ trace, node, inputs: [x, weight], gradients: [g] }) =>
    trace.emit('layerNormGrad', [x!, weight!, g!], node.attributes).slice(0, node.inputs.length) as F[],
  rmsNorm: ({ trace, node, inputs: [x, weight], gradients: [g] }) =>
    trace.emit('rmsNormGrad', [x!, weight!, g!], node.attributes) as F[],
  attention: (context) => {
    const { trace, node, inputs, gradients, needs } = context
    const { hasAllowed, hasBias, hasMask } = node.attributes
    if (hasMask && needs.at(-1)) return throughBody(context as RuleContext<OpName>)
    const biasAt = hasAllowed ? 4 : 3
    const biasGradient = hasBias && needs[biasAt]!
    const operands = [...inputs.slice(0, 3), gradients[0]!, ...inputs.slice(3)]
    const [dQuery, dKey, dValue, dBias] = trace.emit('attentionGrad', operands, {
      ...node.attributes,
      biasGradient,
    }) as [F, F, F, F?]
    const results: Cotangent[] = [dQuery, dKey, dValue]
    if (dBias) results[biasAt] = dBias
    return results
  },
  lstm: (context) => {
    const { trace, node, inputs, outputs, gradients } = context
    const [, weight, hidden, cell, isReal] = inputs
    const [states, cells, gates] = outputs
    if (gradients[2]) return throughBody(context as RuleContext<OpName>)
    const dStates = gradients[0] ?? zeros(states!, 'float', states!.shape)
    const dCells = gradients[1] ?? zeros(cells!, 'float', cells!.shape)
    const operands = [weight!, cell!, cells!, gates!, dStates, dCells]
    const emitted = trace.emit('lstmGrad', isReal ? [...operands, isReal] : operands, node.attributes)
    const [dX, dHidden, dCell] = emitted as [F, F, F]
    const before = previousStates(states!, hidden!, node.attributes.reverse)
    return [dX, productOverTime(dX, before), dHidden, dCell]
  },
  gru: (context) => {
    const { trace, node, inputs, outputs, gradients } = context
    const [, weight, , hidden, isReal] = inputs
    const [states, gates, candidate] = outputs
    if (gradients[1] || gradients[2]) return throughBody(context as RuleContext<OpName>)
    const { reverse, resetAfter } = node.attributes
    const operands = [weight!, hidden!, states!, gates!, candidate!, gradients[0]!]
    const emitted = trace.emit('gruGrad', isReal ? [...operands, isReal] : operands, node.attributes)
    const [dX, dProjection, dHidden] = emitted as [F, F, F]
    const before = previousStates(states!, hidden!, reverse)
    const dBias = reduceSum(dProjection, { axes: [0, 1] })
    if (resetAfter) return [dX, productOverTime(dProjection, before), dBias, dHidden]
    // The new gate's weights multiply r·h, which the layer saved as its candidate.
    const H = hidden!.size(1) as number
    const ofGates = productOverTime(slice(dProjection, 2, 0, 2 * H), before)
    const ofNew = productOverTime(slice(dProjection, 2, 2 * H, H), candidate!)
    return [dX, concat([ofGates, ofNew], 0), dBias, dHidden]
  },
}

/** Σ over steps and rows of dyᵀ x: [T, B, N] and [T, B, H] → [N, H]. */
function productOverTime(dy: F, x: F): F {
  const rows: Dim = sizeOf(dy.shape.slice(0, 2))
  const flat = (tensor: F) => reshape(tensor, [rows, tensor.shape[2]!])
  return matmul(flat(dy), flat(x), { transposeA: true })
}
