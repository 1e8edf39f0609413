import { type Dim, DragomanError, full, type Kind, type Shape, type Tensor, type Trace } from '@dragoman/core'
import type { RandomSource } from './random-source.ts'

/** A value with what is known of its elements. */
export interface Known<K extends Kind = Kind> {
  readonly tensor: Tensor<K>
  /** No element is larger. */
  readonly magnitude: number
  /** Whether float32 and float64 hold the same number, so that comparisons come out the same. */
  readonly isExact: boolean
}

/** Adds nodes for one more value, if the values that are there allow it. */
export type Maker = (builder: Builder) => Known | undefined

/** Sizes that shapes are made of; few, so that shapes often fit together. */
export const dims: readonly Dim[] = ['a', 'b', 'a', 'b', 1, 1, 2, 3]
/** Values whose elements may be larger are not used further. */
export const magnitudeLimit = 50

export function floatOf(tensor: Tensor, magnitude: number, isExact = false): Known {
  return { tensor, magnitude, isExact }
}

/** Grows a graph at random; what the shape rules refuse is simply not taken. */
export class Builder {
  readonly random: RandomSource
  readonly place: Trace
  readonly values: Known[] = []
  private readonly makers: readonly Maker[]
  private readonly depth: number

  constructor(random: RandomSource, place: Trace, makers: readonly Maker[], depth = 0) {
    this.random = random
    this.makers = makers
    this.place = place
    this.depth = depth
  }

  shape(maxRank = 4): Dim[] {
    return Array.from({ length: this.random.int(0, maxRank + 1) }, () => this.random.pick(dims))
  }

  /** Some value of a kind, a recent one more often. */
  any(accepts: (value: Known) => boolean): Known | undefined {
    const fitting = this.values.filter(accepts)
    if (fitting.length === 0) return undefined
    const recent = fitting.slice(-4)
    return this.random.pick(this.random.chance(0.6) ? recent : fitting)
  }

  float(accepts: (value: Known<'float'>) => boolean = () => true): Known<'float'> | undefined {
    const isFloat = (value: Known) => value.tensor.kind === 'float' && accepts(value as Known<'float'>)
    return this.any(isFloat) as Known<'float'> | undefined
  }

  /** A value that broadcasts against a shape, or a new one that does. */
  partner<K extends Kind>(kind: K, shape: Shape, accepts: (value: Known) => boolean = () => true): Known<K> {
    const fits = ({ tensor }: Known) =>
      tensor.shape.every((dim, axis) => {
        const other = shape[axis - tensor.rank + shape.length]
        return dim === 1 || other === dim || other === 1
      })
    const found = this.any((value) => value.tensor.kind === kind && fits(value) && accepts(value))
    return (found ?? this.literal(kind)) as Known<K>
  }

  literal<K extends Kind>(kind: K): Known<K> {
    const value = kind === 'bool' ? this.random.int(0, 2) : this.random.int(-2, 3)
    const tensor = full(this.place, kind, this.random.chance(0.5) ? [] : [1, 1], value)
    return { tensor, magnitude: 2, isExact: true }
  }

  axisOf(tensor: Tensor): number {
    return this.random.int(0, tensor.rank)
  }

  get mayLoop(): boolean {
    return this.depth < 2
  }

  inner(place: Trace): Builder {
    return new Builder(this.random, place, this.makers, this.depth + 1)
  }

  /** Adds values until there are so many nodes. */
  grow(nodes: number): void {
    for (let tries = 0; this.place.nodes.length < nodes && tries < nodes * 6; tries++) {
      try {
        const made = this.random.pick(this.makers)(this)
        if (made && made.magnitude <= magnitudeLimit) this.values.push(made)
      } catch (error) {
        // A random choice that the shape rules refuse.
        if (!DragomanError.isInstance(error)) throw error
      }
    }
  }
}
