import type { Kind } from '@dragoman/core/backend'
import { reduceKinds } from '../plan/encoding.ts'
import type { Emitter } from './emitter.ts'
import { type OpContext, type OpRule, viewed } from './op-context.ts'
import { elements, isContiguous, reshaped, transposed, type View } from './view.ts'

type ReduceName = 'reduceSum' | 'reduceMax' | 'reduceMin'
type ReduceKind = keyof typeof reduceKinds

/** Neighbouring axes that are all reduced or all kept. */
interface Run {
  readonly isReduced: boolean
  size: number
}

function runsOf(shape: readonly number[], isReduced: (axis: number) => boolean): Run[] {
  const runs: Run[] = []
  shape.forEach((size, axis) => {
    if (size === 1) return
    const last = runs.at(-1)
    if (last?.isReduced === isReduced(axis)) last.size *= size
    else runs.push({ isReduced: isReduced(axis), size })
  })
  return runs
}

/** An order of axes in which the view is contiguous, if there is one. */
function storedOrder(view: View): number[] | undefined {
  const order = view.shape.map((_, axis) => axis)
  order.sort((a, b) => view.strides[b]! - view.strides[a]! || a - b)
  return isContiguous(transposed(view, order)) ? order : undefined
}

/** Reduces runs of axes of a contiguous view, the last first; gives the kept runs one after another. */
function reduceRuns(emitter: Emitter, x: View, runs: readonly Run[], kind: ReduceKind): View {
  const left = runs.map((run) => run.size)
  let view = x
  for (let i = runs.length - 1; i >= 0; i--) {
    if (!runs[i]!.isReduced) continue
    const outer = elements(left.slice(0, i))
    const inner = elements(left.slice(i + 1))
    const n = left[i]!
    left[i] = 1
    const dst = emitter.result(left, [view])
    emitter.plain({
      name: 'reduce',
      writes: { dst },
      reads: { src: view },
      numbers: { outer, n, inner, kind: reduceKinds[kind] },
    })
    view = dst
  }
  return view
}

function reduction<O extends ReduceName>(float: ReduceKind, int: ReduceKind): OpRule<O> {
  return (context) => {
    const { emitter, kinds, outputs } = context
    const { axes } = context.attributes as { axes: readonly number[] }
    const kind = kinds[0] === 'float' ? float : int
    const input = emitter.ready(context.inputs[0]!)
    if (axes.every((axis) => input.shape[axis] === 1)) {
      return viewed(context, emitter.reshape(input, outputs[0]!))
    }
    // A transposed tensor is reduced as it is stored: only the kept axes come out transposed.
    const order = (!isContiguous(input) && storedOrder(input)) || input.shape.map((_, axis) => axis)
    const x = emitter.contiguous(transposed(input, order))
    const reduced = reduceRuns(
      emitter,
      x,
      runsOf(x.shape, (at) => axes.includes(order[at]!)),
      kind,
    )
    const sizes = order.map((axis) => (axes.includes(axis) ? 1 : input.shape[axis]!))
    const back = input.shape.map((_, axis) => order.indexOf(axis))
    return [emitter.reshape(transposed(reshaped(reduced, sizes)!, back), outputs[0]!)]
  }
}

/** Of ints: where the row equals its largest value, first. */
function largestInt(context: OpContext<'argMax'>, x: View, sizes: readonly [number, number, number]): View {
  const { emitter, fuser, origin } = context
  const [outer, n, inner] = sizes
  const largest = emitter.result([outer, 1, inner], [x])
  const numbers = { outer, n, inner, kind: reduceKinds.intMax }
  emitter.plain({ name: 'reduce', writes: { dst: largest }, reads: { src: x }, numbers })
  const hit = fuser.apply('iEqual', [reshaped(x, sizes)!, largest], sizes, origin)
  return emitter.contiguous(fuser.apply('intToFloat', [hit], sizes, origin))
}

function argMax(context: OpContext<'argMax'>): View[] {
  const { emitter, inputs, kinds, attributes, outputs } = context
  const { axis } = attributes
  const input = emitter.contiguous(inputs[0]!)
  const outer = elements(input.shape.slice(0, axis))
  const n = input.shape[axis]!
  if (n === 0) context.fail('has no largest element along an axis of size 0')
  const inner = elements(input.shape.slice(axis + 1))
  const dst = emitter.result(outputs[0]!, [input])
  if (elements(dst.shape) === 0) return [dst]
  const kind: Kind = kinds[0]!
  const src = kind === 'float' ? input : largestInt(context, input, [outer, n, inner])
  emitter.plain({ name: 'argmax', writes: { dst }, reads: { src }, numbers: { outer, n, inner } })
  return [dst]
}

export const reduceRules: { readonly [O in ReduceName | 'argMax']: OpRule<O> } = {
  reduceSum: reduction('sum', 'intSum'),
  reduceMax: reduction('max', 'intMax'),
  reduceMin: reduction('min', 'intMin'),
  argMax,
}
