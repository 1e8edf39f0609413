import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import type { Emitters } from '../emitter.ts'
import { guarded } from '../indexing.ts'
import { reshape } from '../movement.ts'
import type { Value } from '../value.ts'
import { normalized } from './softmax.ts'

/** Ids of the classes as indices along the last axis. */
function columns(b: Builder, labels: Value): Value {
  return reshape(b, guarded(b, labels), [...labels.shape, 1])
}

/** The log probabilities are shared with the gradient, which is their power less the labels. */
export const crossEntropies: Emitters<'crossEntropy' | 'crossEntropyGrad'> = {
  crossEntropy(b, [logits, labels], { smoothing }, [result]) {
    const { mul, sub, sum } = arithmetic(b)
    const { shape } = logits!
    const last = shape.length - 1
    const logp = normalized(b, 'LogSoftmax', logits!)
    const type = { type: 'float', shape: [...labels!.shape, 1] } as const
    const attributes = { axis: { int: last } }
    const ofLabel = b.node('GatherElements', [logp, columns(b, labels!)], type, { attributes })
    const loss = mul(reshape(b, ofLabel, result!.shape), smoothing - 1)
    if (smoothing === 0) return loss
    return sub(loss, mul(sum(logp, [last]), smoothing / (shape[last] as number)))
  },

  crossEntropyGrad(b, [logits, labels, dLoss], { smoothing }, [result]) {
    const { mul, sub, unary } = arithmetic(b)
    const { shape } = logits!
    const last = shape.length - 1
    const column = reshape(b, dLoss!, [...labels!.shape, 1])
    const power = unary('Exp', normalized(b, 'LogSoftmax', logits!))
    const spread = smoothing === 0 ? power : sub(power, smoothing / (shape[last] as number))
    const attributes = { axis: { int: last }, reduction: { text: 'add' } }
    const updates = mul(column, smoothing - 1)
    const inputs = [mul(spread, column), columns(b, labels!), updates]
    return b.node('ScatterElements', inputs, result!, { attributes })
  },
}
