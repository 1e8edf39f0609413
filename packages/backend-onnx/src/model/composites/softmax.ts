import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting, exp, log, where } from '../elementwise.ts'
import type { Emitters } from '../emitter.ts'
import type { Value } from '../value.ts'

/** The lowest float: as a score it has no weight beside any other, and all alone it gives no NaN. */
export const lowest: number = -3.4028234663852886e38

/** The operator Softmax or LogSoftmax over the last axis; in parts where it might lose a NaN. */
export function normalized(b: Builder, op: 'Softmax' | 'LogSoftmax', x: Value): Value {
  if (b.hasLooseMath) return op === 'Softmax' ? softmax(b, x) : logOfShares(b, x)
  return b.node(op, [x], { type: 'float', shape: x.shape }, { attributes: { axis: { int: -1 } } })
}

/** Below any total of powers, of which the largest is 1, but above 0. */
const leastTotal = 2 ** -126

/** A row of −Inf alone gives 0; the operator would make NaN of it. */
export function softmax(b: Builder, x: Value): Value {
  const { div, max, rowMax, sub, sum } = arithmetic(b)
  const powers = exp(b, sub(x, max(rowMax(x), lowest)))
  return div(powers, max(sum(powers, [x.shape.length - 1], true), leastTotal))
}

/** x − max − log Σ e^(x − max) */
function logOfShares(b: Builder, x: Value): Value {
  const { rowMax, sub, sum } = arithmetic(b)
  const centred = sub(x, rowMax(x))
  return sub(centred, log(b, sum(exp(b, centred), [x.shape.length - 1], true)))
}

/** A row of −Inf alone stays as it is. */
function logSoftmax(b: Builder, x: Value): Value {
  const largest = arithmetic(b).rowMax(x)
  const isNone = broadcasting(b, 'Equal', [largest, b.scalar('float', -Infinity)], 'bool')
  return where(b, isNone, x, normalized(b, 'LogSoftmax', x))
}

export const softmaxes: Emitters<'softmax' | 'logSoftmax'> = {
  softmax: (b, [x]) => softmax(b, x!),
  logSoftmax: (b, [x]) => logSoftmax(b, x!),
}
