import type { HostArray } from '@dragoman/core'

/** Operands of a composite; what it must give is its body, run by the float64 reference. */
export interface CompositeCase {
  readonly operands: readonly HostArray[]
  readonly attributes: object
}
