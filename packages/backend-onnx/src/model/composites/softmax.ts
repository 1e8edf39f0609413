import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting, where } from '../elementwise.ts'
import type { Emitters } from '../emitter.ts'
import type { Value } from '../value.ts'

/** The lowest float: as a score it has no weight beside any other, and all alone it gives no NaN. */
export const lowest: number = -3.4028234663852886e38

/** The operator Softmax or LogSoftmax over the last axis. */
export function normalized(b: Builder, op: 'Softmax' | 'LogSoftmax', x: Value): Value {
  return b.node(op, [x], { type: 'float', shape: x.shape }, { attributes: { axis: { int: -1 } } })
}

/** Below any total of powers, of which the largest is 1, but above 0. */
const leastTotal = 2 ** -126

/** A row of −Inf alone gives 0; the operator would make NaN of it. */
export function softmax(b: Builder, x: Value): Value {
  const { div, max, rowMax, sub, sum, unary } = arithmetic(b)
  const powers = unary('Exp', sub(x, max(rowMax(x), lowest)))
  return div(powers, max(sum(powers, [x.shape.length - 1], true), leastTotal))
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
