import type { ElementwiseOp } from '../plan/elementwise-ops.ts'
import { ChainGroup, type Leaf, type Origin, type Source } from './chain-group.ts'
import type { Emitter } from './emitter.ts'
import { broadcasted, collapse, elements, isWhole, keyOf, type View, viewOf } from './view.ts'

/** Gathers elementwise ops into chains. */
export class Fuser {
  private readonly emitter: Emitter

  constructor(emitter: Emitter) {
    this.emitter = emitter
  }

  /** The result of an op on operands that are broadcast to `shape`. */
  apply(op: ElementwiseOp, operands: readonly View[], shape: readonly number[], origin: Origin): View {
    const { emitter } = this
    const n = elements(shape)
    if (n === 0) return emitter.result(shape, operands)
    const views = operands.map((view) => broadcasted(view, shape))
    const frame = emitter.frameFor(views)
    const joinable = (view: View): ChainGroup | undefined => {
      const { pending } = view.storage
      const fits =
        pending instanceof ChainGroup && pending.frame === frame && pending.n === n && isWhole(view)
      return fits ? pending : undefined
    }
    for (const view of views) if (!joinable(view)) emitter.ready(view)
    const leaves = views.map((view) => (joinable(view) ? undefined : this.leafOf(view)))
    let groups = new Set(views.flatMap((view) => joinable(view) ?? []))
    const [first] = groups
    if (first && !first.hasRoomFor(groups)) {
      for (const group of groups) group.flush()
      groups = new Set()
    }
    const group = groups.values().next().value ?? new ChainGroup(emitter, frame, n)
    for (const other of groups) if (other !== group) group.absorb(other)
    const sources = views.map((view, i): Source => {
      if (joinable(view) === group) return { result: view.storage }
      return { leaf: leaves[i] ?? this.leafOf(view) }
    })
    return viewOf(group.append(op, sources, origin), shape)
  }

  /** How a chain can read a view; copies it when there is no way. */
  private leafOf(view: View): Leaf {
    const mode = leafMode(view)
    if (mode) return { view, ...mode, key: keyOf(view) }
    const compact = this.emitter.compact(view)
    const compactMode = leafMode(compact)
    if (compactMode) return { view: compact, ...compactMode, key: keyOf(compact) }
    const whole = this.emitter.contiguous(view)
    return { view: whole, mode: 'full', p: 0, r: 0, key: keyOf(whole) }
  }
}

/** Sizes as [outer, r, p] with strides [p, 0, 1] are what a chain can repeat while it reads. */
function leafMode(view: View): Pick<Leaf, 'mode' | 'p' | 'r'> | undefined {
  const { sizes, strides } = collapse(view)
  const pattern = strides.map((stride) => (stride === 0 ? 'repeat' : 'walk')).join(' ')
  const [first = 1, second = 1] = sizes
  switch (pattern) {
    case '':
    case 'repeat':
      return { mode: 'scalar', p: 0, r: 0 }
    case 'walk':
      return strides[0] === 1 ? { mode: 'full', p: 0, r: 0 } : undefined
    case 'repeat walk':
      return strides[1] === 1 ? { mode: 'broadcast', p: second, r: first } : undefined
    case 'walk repeat':
      return strides[0] === 1 ? { mode: 'broadcast', p: 1, r: second } : undefined
    case 'walk repeat walk':
      return strides[2] === 1 && strides[0] === sizes[2]
        ? { mode: 'broadcast', p: sizes[2]!, r: second }
        : undefined
    default:
      return undefined
  }
}
