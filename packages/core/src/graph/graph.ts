import type { Shape } from './dims.ts'
import type { Attributes, OpName } from './ops.ts'

/** float is 32-bit (64-bit in the reference), int is 32-bit signed, bool is true or false. */
export type Kind = 'float' | 'int' | 'bool'

/** Index into `Graph.values`. */
export type ValueId = number

/** What is known of a value before anything runs. */
export interface ValueType {
  readonly kind: Kind
  readonly shape: Shape
}

/** One application of an op; `scope` names the place in the model, e.g. `decoder.attention`. */
export type Node = { readonly [O in OpName]: NodeOf<O> }[OpName]

export interface NodeOf<O extends OpName> {
  readonly op: O
  readonly inputs: readonly ValueId[]
  readonly outputs: readonly ValueId[]
  readonly attributes: Attributes<O>
  readonly scope: string
}

/** A named place where a value goes in or comes out. */
export interface Port {
  readonly name: string
  readonly value: ValueId
}

/**
 * A pure function in static single assignment form: plain data that can be printed, hashed and
 * serialised. Nodes stand in an order in which each value is made before it is used.
 */
export interface Graph {
  readonly name: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly values: readonly ValueType[]
  readonly nodes: readonly Node[]
}
