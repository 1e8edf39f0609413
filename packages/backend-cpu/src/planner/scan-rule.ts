import type { NodeOf } from '@dragoman/core/backend'
import type { Emitter } from './emitter.ts'
import type { Lowering } from './lowering.ts'
import type { Frame } from './step.ts'
import { broadcasted, elements, entryOf, type View, viewOf } from './view.ts'

/** A carry: what it begins with, the buffer that holds it, and what the body sees. */
interface Carry {
  readonly initial: View
  readonly buffer: View | undefined
  readonly inside: View
}

/** The buffer changes with each iteration, which a term of stride 0 says. */
function carryOf(emitter: Emitter, outer: Frame, loop: Frame, initial: View, isConstant: boolean): Carry {
  if (isConstant) return { initial, buffer: undefined, inside: initial }
  const storage = emitter.storage(elements(initial.shape), outer)
  storage.carryOf = loop
  const buffer = viewOf(storage, initial.shape)
  emitter.copy(buffer, initial)
  return { initial, buffer, inside: { ...buffer, terms: [{ loop, stride: 0 }] } }
}

/**
 * All iterations of a value at once, where no copy is needed for that: an entry of an x, or something that the
 * loop does not change.
 */
function stackedView(view: View, loop: Frame): View | undefined {
  const { storage, shape, strides, terms } = view
  if (storage.frame === loop || storage.carryOf === loop) return undefined
  const stride = terms.find((term) => term.loop === loop)?.stride ?? 0
  return {
    ...view,
    shape: [loop.count, ...shape],
    strides: [stride, ...strides],
    terms: terms.filter((term) => term.loop !== loop),
  }
}

/** A loop: entries of the xs are pointers that move, ys are written where they belong. */
export function lowerScan(lowering: Lowering, node: NodeOf<'scan'>, inputs: readonly View[]): View[] {
  const { emitter, sizes } = lowering
  const { body, carries: carryCount, xs: xCount, reverse } = node.attributes
  const length = sizes.of(node.attributes.length)
  const ys = body.outputs.slice(carryCount)
  const yShapes = ys.map((port) => sizes.ofShape(body.values[port.value]!.shape))
  if (length === 0) {
    const empty = yShapes.map((shape) => emitter.result([0, ...shape], []))
    return [...inputs.slice(0, carryCount), ...empty]
  }
  const outer = emitter.frameFor(inputs)
  const loop = emitter.frame(outer, length)
  const carries = inputs.slice(0, carryCount).map((initial, i) => {
    const isConstant = body.outputs[i]!.value === body.inputs[i]!.value
    return carryOf(emitter, outer, loop, emitter.ready(initial), isConstant)
  })
  const results = lowering.lower(body, [
    ...carries.map((carry) => carry.inside),
    ...inputs.slice(carryCount, carryCount + xCount).map((x) => entryOf(x, loop)),
    ...inputs.slice(carryCount + xCount),
  ])
  emitter.op = node.op
  emitter.scope = node.scope
  for (const view of results) emitter.ready(view)
  const stacked = results.slice(carryCount).map((view, i) => stack(emitter, outer, loop, view, yShapes[i]!))
  keepCarries(emitter, loop, carries, results)
  if (loop.steps.length > 0) outer.steps.push(loopStep(loop, outer, reverse, node.scope))
  return [...carries.map(({ buffer, initial }) => buffer ?? initial), ...stacked]
}

function stack(emitter: Emitter, outer: Frame, loop: Frame, view: View, shape: readonly number[]): View {
  const direct = stackedView(view, loop)
  if (direct) return direct
  const storage = emitter.storage(loop.count * elements(shape), outer)
  const entry = { ...viewOf(storage, shape), terms: [{ loop, stride: elements(shape) }] }
  emitter.copy(entry, view)
  return viewOf(storage, [loop.count, ...shape])
}

/** At the end of an iteration; carries that are made of other carries are read before any is overwritten. */
function keepCarries(
  emitter: Emitter,
  loop: Frame,
  carries: readonly Carry[],
  results: readonly View[],
): void {
  const next = carries.map(({ buffer }, i) => {
    const view = results[i]!
    if (!buffer || view.storage.carryOf !== loop) return view
    const copy = viewOf(emitter.storage(elements(view.shape), loop), view.shape)
    emitter.copy(copy, view)
    return copy
  })
  carries.forEach(({ inside, buffer }, i) => {
    if (buffer) emitter.copy({ ...inside }, broadcasted(next[i]!, buffer.shape))
  })
}

function loopStep(body: Frame, frame: Frame, reverse: boolean, scope: string) {
  const step = { type: 'loop' as const, scope, frame, body, reverse, time: 0, endTime: 0 }
  body.loop = step
  return step
}
