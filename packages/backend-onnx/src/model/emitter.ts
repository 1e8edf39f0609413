import type { Attributes, OpName } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import type { Value } from './value.ts'

/** Writes one op of core, which has attributes of type A, as nodes; gives the values of its results. */
export type Emitter<A> = (
  builder: Builder,
  inputs: readonly Value[],
  attributes: A,
  results: readonly ResultType[],
) => Value | readonly Value[]

/** An emitter for each of some ops. */
export type Emitters<O extends OpName> = { readonly [N in O]: Emitter<Attributes<N>> }
