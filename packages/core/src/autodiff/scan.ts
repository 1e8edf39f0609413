import { add } from '../graph/elementwise.ts'
import type { Graph, ValueId } from '../graph/graph.ts'
import { zeros } from '../graph/movement.ts'
import { inline } from '../graph/rewrite.ts'
import { emitScan } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { Trace } from '../graph/trace.ts'
import { backpropagate, Contributions } from './backpropagate.ts'
import type { Hoisted } from './hoist.ts'
import { hoist } from './hoist.ts'
import { dropForward, saveHistory } from './residuals.ts'
import type { Cotangent, GradientRule, RuleContext } from './rule.ts'

type F = Tensor<'float'>

/**
 * The gradient of a loop is another loop, in the opposite direction.
 *
 * The body is written once more inside the new loop and differentiated there. What its backward part
 * needs of the forward part is not computed again: the forward loop saves it, and the new loop reads
 * it step by step. Gradients of carries are carries of the new loop, those of xs its ys; those of
 * constants are summed in carries, but for products, which are left to one product after the loop.
 */
export const scanGradient: GradientRule<'scan'> = (context) => {
  const { trace: outer, node, inputs, gradients } = context
  const { body, carries, xs, length, reverse } = node.attributes
  const inner = new Trace(`${body.name}Grad`, outer)
  const forward = writeForward(inner, context)
  const backward = writeBackward(inner, context, forward)
  const isCapture = captureTest(inner)

  const carried: { seed: F; initial: F; next: F; index: number }[] = backward.dCarries.map(
    ({ index, seed }) => ({
      index,
      seed,
      initial: gradients[index] ?? zeros(outer, 'float', inputs[index]!.shape),
      next: backward.of(index) ?? zeros(inner, 'float', seed.shape),
    }),
  )
  const ys = new Map<ValueId, F>()
  const keep = (tensor: F) => ys.set(tensor.id, tensor)
  const hoisted = new Map<number, Hoisted>()
  for (const index of backward.wanted) {
    if (index >= carries && index < carries + xs) {
      const dX = backward.of(index)
      if (dX) keep(dX)
    } else if (index >= carries + xs) {
      const parts = hoist(inner, backward.parts(index), isCapture)
      hoisted.set(index, parts)
      for (const { operands } of parts.later) operands.forEach(keep)
      if (parts.now.length === 0) continue
      const seed = inner.value('float', inputs[index]!.shape)
      const next = parts.now.reduce((sum, part) => add(sum, part), seed)
      carried.push({ index, seed, initial: zeros(outer, 'float', seed.shape), next })
    }
  }

  const seeds = [...carried.map((each) => each.seed), ...backward.dYs.map((each) => each.seed)]
  const given = new Set(seeds.map((seed) => seed.id))
  const results = [...carried.map((each) => each.next), ...ys.values()]
  const residuals = dropForward(inner, forward.nodes, results, new Set([...given, ...captureIds(inner)]))
  const histories = saveHistory(outer, node, residuals.map(forward.originalOf))
  const entries = [...seeds, ...residuals.map((id) => inner.tensor(id))]
  inner.inputs.push(...entries.map(({ id }, i) => ({ name: `input.${i}`, value: id })))
  const outputs = emitScan(outer, inner, {
    carries: carried.map((each) => each.initial),
    xs: [...backward.dYs.map((each) => each.gradient), ...histories],
    next: Object.fromEntries(carried.map((each, i) => [`carry.${i}`, each.next])),
    ys: Object.fromEntries([...ys.values()].map((y, i) => [`y.${i}`, y])),
    length,
    reverse: !reverse,
  }) as F[]

  const order = [...ys.keys()]
  const stacked = (id: ValueId) => outputs[carried.length + order.indexOf(id)]!
  return inputs.map((_, index) => {
    const carry = carried.findIndex((each) => each.index === index)
    if (index < carries) return outputs[carry]
    if (index < carries + xs) {
      const dX = backward.wanted.includes(index) ? backward.of(index) : undefined
      return dX && stacked(dX.id)
    }
    const later = hoisted.get(index)?.later.map(({ build }) => build(stacked)) ?? []
    const parts = carry < 0 ? later : [...later, outputs[carry]!]
    return parts.length === 0 ? undefined : parts.reduce((a, b) => add(a, b))
  })
}

interface Forward {
  readonly nodes: Trace['nodes']
  /** What stands for each input of the body. */
  readonly entries: readonly Tensor[]
  readonly outputs: readonly F[]
  /** The value of the scan's body that a value here is a copy of. */
  readonly originalOf: (id: ValueId) => ValueId
}

/** Writes the body into the new loop: carries and xs are free values, constants are captured. */
function writeForward(inner: Trace, { node, inputs }: RuleContext<'scan'>): Forward {
  const { body, carries, xs } = node.attributes
  const entries = body.inputs.map(({ value }, i) => {
    const { kind, shape } = body.values[value]!
    return i < carries + xs ? inner.value(kind, shape) : inner.lift(inputs[i]! as Tensor)
  })
  const copies = inline(body as Graph, inner, entries)
  const originals = new Map([...copies].map(([original, copy]) => [copy.id, original]))
  return {
    nodes: [...inner.nodes],
    entries,
    outputs: body.outputs.map((port) => copies.get(port.value)! as F),
    originalOf: (id) => originals.get(id)!,
  }
}

interface Backward {
  /** Indices of inputs whose gradients are wanted; of float carries always. */
  readonly wanted: readonly number[]
  readonly dCarries: readonly { readonly index: number; readonly seed: F }[]
  readonly dYs: readonly { readonly seed: F; readonly gradient: F }[]
  /** Sum of the gradients of an input of the body in one step. */
  readonly of: (index: number) => Cotangent
  readonly parts: (index: number) => readonly F[]
}

/** Writes the backward part of one step, from seeds that stand for the gradients of its outputs. */
function writeBackward(inner: Trace, context: RuleContext<'scan'>, forward: Forward): Backward {
  const { node, gradients, needs } = context
  const { carries } = node.attributes
  const { entries, outputs } = forward
  const contributions = new Contributions()
  const seedOf = (output: F): F => {
    const seed = inner.value('float', output.shape)
    contributions.add(output.id, seed)
    return seed
  }
  const dCarries: { index: number; seed: F }[] = []
  const dYs: { seed: F; gradient: F }[] = []
  outputs.forEach((output, index) => {
    const gradient = gradients[index]
    if (index < carries && output.kind === 'float') dCarries.push({ index, seed: seedOf(output) })
    else if (index >= carries && gradient) dYs.push({ seed: seedOf(output), gradient })
  })
  const wanted = [...entries.keys()].filter(
    (i) => entries[i]!.kind === 'float' && (i < carries || needs[i] === true),
  )
  const idOf = (index: number) => entries[index]!.id
  backpropagate(inner, forward.nodes, contributions, wanted.map(idOf))
  return {
    wanted,
    dCarries,
    dYs,
    of: (index) => contributions.total(idOf(index)),
    parts: (index) => contributions.of(idOf(index)),
  }
}

function captureIds(trace: Trace): ValueId[] {
  return trace.captures().map((capture) => capture.inner.id)
}

function captureTest(trace: Trace): (id: ValueId) => boolean {
  const ids = new Set(captureIds(trace))
  return (id) => ids.has(id)
}
