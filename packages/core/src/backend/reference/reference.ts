import type { Backend } from '../contract.ts'
import { type EagerOptions, eagerBackend } from '../eager.ts'
import type { EagerKernels } from '../eager-kernels.ts'
import type { Elements } from './elements.ts'
import { elementwise } from './elementwise.ts'
import { indexing } from './indexing.ts'
import { matmul } from './matmul.ts'
import { movement } from './movement.ts'
import { reduce } from './reduce.ts'

const kernels: EagerKernels<Elements> = { ...movement, ...elementwise, ...indexing, ...reduce, matmul }

/** The engine of the reference: a copy with another kernel makes a backend that differs in one op. */
export const referenceEngine: Omit<EagerOptions<Elements>, 'entry' | 'stack'> = {
  name: 'reference',
  kernels,
  elementBytes: { float: 8, int: 4, bool: 1 },
  info: () => ({ precision: 'float64' }),
  upload: ({ kind, data }) => (kind === 'float' ? Float64Array.from(data) : (data.slice() as Elements)),
  read: (elements) => elements.slice(),
  clone: (elements) => elements,
  free: () => {},
}

/**
 * The float64 interpreter that says what every op means. It is written to be read and compared with,
 * not to be fast: floats are Float64Array, and it takes primitives only. An index outside its axis is
 * a BackendError that names the index, the axis and its size.
 */
export function reference(): Backend {
  return eagerBackend(referenceEngine)
}
