import type { Dim, Shape } from '@dragoman/core/backend'
import type { AttributeValue, DataType } from '../protobuf/onnx.ts'

/** A tensor of the model that is written. */
export interface Value {
  readonly id: number
  /** Changes when the value turns out to be an output, which has a name of its own. */
  name: string
  readonly type: DataType
  readonly shape: Shape
  /** The graph that makes it. */
  readonly scope: Scope
  /** The elements, where they are known while writing. */
  readonly literal?: readonly number[] | undefined
  /** This value is `compact` broadcast to `shape`; nothing makes it until something needs it whole. */
  readonly compact?: Value | undefined
  /** Whether it is an input or an initializer, whose name is taken. */
  readonly isFixed: boolean
  /** Whether its elements are part of the model. */
  readonly isInitializer: boolean
}

/** One node, with its tensors and not yet their names. */
export interface PendingNode {
  readonly op: string
  readonly label: string
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly bodies: Readonly<Record<string, PendingGraph>>
}

/** The nodes of the main graph, or of the body of a loop or condition. */
export interface Scope {
  /** 0 for the main graph. */
  readonly depth: number
  /** The graph that it is a body in. */
  readonly around?: Scope
  readonly nodes: PendingNode[]
}

/** A body with its ports. */
export interface PendingGraph {
  readonly name: string
  readonly scope: Scope
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
}

/** The shape that values broadcast to, where each dim is 1 or that of `result`. */
export function jointShape(values: readonly Value[], result: Shape): Dim[] {
  const rank = Math.max(...values.map(({ shape }) => shape.length))
  return result.slice(result.length - rank).map((dim, axis) => {
    const isOne = values.every(({ shape }) => (shape[axis - rank + shape.length] ?? 1) === 1)
    return isOne ? 1 : dim
  })
}
