import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting, exp, where } from '../elementwise.ts'
import type { Emitters } from '../emitter.ts'
import { guarded } from '../indexing.ts'
import { reshape } from '../movement.ts'
import type { Scope, Value } from '../value.ts'
import { normalized } from './softmax.ts'

/** Ids of the classes as indices along the last axis. */
function columns(b: Builder, labels: Value): Value {
  return reshape(b, guarded(b, labels), [...labels.shape, 1])
}

/** bool [..., 1]: rows of −Inf alone, of whose log probabilities the operator makes NaN. */
function isNone(b: Builder, logits: Value): Value {
  return broadcasting(b, 'Equal', [arithmetic(b).rowMax(logits), b.scalar('float', -Infinity)], 'bool')
}

/** The probabilities, 0 in rows of −Inf alone; those are rare, so only a condition looks at all elements for them. */
function probabilities(b: Builder, logits: Value): Value {
  const logp = normalized(b, 'LogSoftmax', logits)
  const rows = isNone(b, logits)
  if (b.hasLooseMath) return exp(b, where(b, rows, b.scalar('float', -Infinity), logp))
  const axes = rows.shape.map((_, axis) => axis)
  const count = arithmetic(b).sum(b.cast(rows, 'float'), axes)
  const isAny = broadcasting(b, 'Greater', [count, b.scalar('float', 0)], 'bool')
  const branch = (name: string, exponents: (scope: Scope) => Value) =>
    b.body((scope) => {
      const powers = b.node('Exp', [exponents(scope)], logp, { scope })
      return { name, scope, inputs: [], outputs: [powers] }
    })
  const bodies = {
    then_branch: branch('mended', (scope) =>
      b.node('Where', [rows, b.scalar('float', -Infinity), logp], logp, { scope }),
    ),
    else_branch: branch('plain', () => logp),
  }
  return b.node('If', [isAny], logp, { bodies, scope: b.scope })
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
    const rows = reshape(b, isNone(b, logits!), result!.shape)
    const ofLabels = mul(reshape(b, ofLabel, result!.shape), smoothing - 1)
    const loss =
      smoothing === 0 ? ofLabels : sub(ofLabels, mul(sum(logp, [last]), smoothing / (shape[last] as number)))
    return where(b, rows, b.scalar('float', Infinity), loss)
  },

  crossEntropyGrad(b, [logits, labels, dLoss], { smoothing }, [result]) {
    const { mul, sub } = arithmetic(b)
    const { shape } = logits!
    const last = shape.length - 1
    const column = reshape(b, dLoss!, [...labels!.shape, 1])
    const power = probabilities(b, logits!)
    const spread = smoothing === 0 ? power : sub(power, smoothing / (shape[last] as number))
    const attributes = { axis: { int: last }, reduction: { text: 'add' } }
    const updates = mul(column, smoothing - 1)
    const inputs = [mul(spread, column), columns(b, labels!), updates]
    return b.node('ScatterElements', inputs, result!, { attributes })
  },
}
