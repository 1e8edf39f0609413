import type { Dim, ValueId } from '@dragoman/core/backend'
import { arithmetic } from '../arithmetic.ts'
import type { Builder } from '../builder.ts'
import { broadcasting, where } from '../elementwise.ts'
import { concat, reshape, slice, zeros } from '../movement.ts'
import type { RecurrentNode, RecurrentPattern } from '../recurrent-pattern.ts'
import type { Value } from '../value.ts'

/** Where the operators want the gates that core has in PyTorch's order: i f g o → i o f g, and r z n → z r n. */
const gateOrders = { lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const

/** What the operators give: the states of all steps [T, B, H], and the last state and cell [1, B, H]. */
export interface RecurrentResults {
  readonly states: Value
  readonly lastState: Value
  readonly lastCell: Value | undefined
}

/** Rows [gates · H, ...] with the gates in the operators' order, and an axis of directions in front. */
function reordered(b: Builder, rows: Value, order: readonly number[]): Value {
  const [total, ...rest] = rows.shape as [number, ...Dim[]]
  const size = total / order.length
  const starts = (gate: number) => [gate * size, ...rest.map(() => 0)]
  const parts = order.map((gate) => slice(b, rows, starts(gate), [size, ...rest]))
  return reshape(b, concat(b, parts, 0, rows), [1, total, ...rest])
}

/** Both biases one after the other [1, 2 · gates · H], or nothing where there is none. */
function biasOf(b: Builder, biases: readonly Value[], order: readonly number[]): Value | undefined {
  const [first] = biases
  if (!first) return undefined
  const both = [first, biases[1] ?? zeros(b, first)].map((bias) => reordered(b, bias, order))
  return concat(b, both, 1, { type: 'float', shape: [1, 2 * (first.shape[0] as number)] })
}

/** Lengths from 0 to T; the operators refuse others. */
function within(b: Builder, lengths: Value, T: Dim): Value {
  return broadcasting(b, 'Min', [broadcasting(b, 'Max', [lengths, b.scalar('int32', 0)]), b.size(T)])
}

/** A sequence of no steps ends as it began; the operators would give 0. */
function unlessNone(b: Builder, last: Value, initial: Value, lengths: Value | undefined): Value {
  const literal = (initial.compact ?? initial).literal
  if (!lengths || literal?.every((x) => x === 0)) return last
  const [, B, H] = last.shape as [Dim, Dim, Dim]
  const hasSteps = broadcasting(b, 'Greater', [lengths, b.scalar('int32', 0)], 'bool')
  return where(b, reshape(b, hasSteps, [1, B, 1]), last, reshape(b, initial, [1, B, H]))
}

/** The operator LSTM or GRU in place of a layer and of its projection. */
export function writeRecurrent(
  b: Builder,
  node: RecurrentNode,
  pattern: RecurrentPattern,
  valueAt: (id: ValueId) => Value,
): RecurrentResults {
  const order = gateOrders[node.op]
  const [, hidden, third, fourth] = node.inputs.map(valueAt)
  const x = valueAt(pattern.x)
  const initial = node.op === 'lstm' ? third! : fourth!
  const [T, B, H] = [x.shape[0]!, x.shape[1]!, initial.shape[1]!]
  const given = pattern.biases.map(valueAt)
  const projected = given.length === 2 ? arithmetic(b).add(given[0]!, given[1]!) : given[0]
  const own = node.op === 'gru' ? [projected ?? zeros(b, third!), third!] : given
  const lengths = pattern.lengths === undefined ? undefined : within(b, valueAt(pattern.lengths), T)
  const inputs = [
    x,
    reordered(b, valueAt(pattern.weight), order),
    reordered(b, hidden!, order),
    biasOf(b, own, order),
    lengths,
    reshape(b, initial, [1, B, H]),
    ...(node.op === 'lstm' ? [reshape(b, fourth!, [1, B, H])] : []),
  ]
  const last = { type: 'float', shape: [1, B, H] } as const
  const results = [
    { type: 'float', shape: [T, 1, B, H] } as const,
    last,
    ...(node.op === 'lstm' ? [last] : []),
  ]
  const attributes = {
    hidden_size: { int: H as number },
    direction: { text: node.attributes.reverse ? 'reverse' : 'forward' },
    ...(node.op === 'gru' && { linear_before_reset: { int: node.attributes.resetAfter ? 1 : 0 } }),
  }
  const [states, lastState, lastCell] = b.nodes(node.op.toUpperCase(), inputs, results, { attributes })
  return {
    states: reshape(b, states!, [T, B, H]),
    lastState: unlessNone(b, lastState!, initial, lengths),
    lastCell: lastCell && unlessNone(b, lastCell, fourth!, lengths),
  }
}
