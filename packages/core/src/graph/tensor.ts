import type { SeenInput } from '../errors.ts'
import { ShapeError } from '../errors.ts'
import type { Dim, Shape } from './dims.ts'
import type { Kind, ValueId } from './graph.ts'
import type { Trace } from './trace.ts'

/** How a weight starts; `bound` and `deviation` are plain numbers so that a graph stays data. */
export type Initializer =
  | { readonly type: 'zeros' }
  | { readonly type: 'ones' }
  | { readonly type: 'constant'; readonly value: number }
  | { readonly type: 'uniform'; readonly bound: number }
  | { readonly type: 'normal'; readonly deviation: number }
  | { readonly type: 'orthogonal'; readonly blocks: number }

/** A trained weight: a graph input with a path, a fixed shape, and a way to start. */
export interface Parameter {
  /** Path as in a PyTorch state dict, e.g. `encoder.rnn.weight_ih_l0`. */
  readonly path: string
  readonly shape: readonly number[]
  readonly initializer: Initializer
}

/**
 * A symbolic value inside a trace. It holds no memory: there is nothing to dispose.
 *
 * Made by a {@link Trace} and by the op functions, never directly.
 */
export class Tensor<K extends Kind = Kind> {
  readonly trace: Trace
  readonly id: ValueId
  readonly kind: K
  readonly shape: Shape

  constructor(trace: Trace, id: ValueId, kind: K, shape: Shape) {
    this.trace = trace
    this.id = id
    this.kind = kind
    this.shape = shape
  }

  get rank(): number {
    return this.shape.length
  }

  /** Size along an axis; negative axes count from the end. Throws ShapeError outside the rank. */
  size(axis: number): Dim {
    return this.shape[this.axis(axis)]!
  }

  /** An axis counted from 0; negative ones count from the end. Throws ShapeError outside the rank. */
  axis(axis: number): number {
    const positive = axis < 0 ? axis + this.rank : axis
    if (!Number.isInteger(axis) || positive < 0 || positive >= this.rank) {
      throw new ShapeError({
        op: 'axis',
        problem: `axis ${axis} is outside a rank of ${this.rank}`,
        inputs: [this.describe('x')],
      })
    }
    return positive
  }

  /**
   * The sizes, one for each name: `const [B, T, D] = x.axes('batch time model')`.
   * Throws ShapeError unless there are as many names as axes.
   */
  axes(names: string): Dim[] {
    const count = names.split(' ').filter((name) => name !== '').length
    if (count !== this.rank) {
      throw new ShapeError({
        op: 'axes',
        problem: `'${names}' names ${count} axes, but the tensor has ${this.rank}`,
        inputs: [this.describe('x')],
      })
    }
    return [...this.shape]
  }

  /** How an error shows this tensor. */
  describe(label: string): SeenInput {
    return { label, shape: this.shape, scope: this.trace.originOf(this.id) }
  }

  toString(): string {
    return `${this.kind} [${this.shape.join(', ')}]`
  }
}

/** What an op accepts as an operand of a kind: a tensor, a weight (float), or a literal. */
export type Operand<K extends Kind> =
  | Tensor<K>
  | (K extends 'float' ? Parameter : never)
  | (K extends 'bool' ? boolean : number)
