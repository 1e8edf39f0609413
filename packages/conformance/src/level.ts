/**
 * What a case is about, from the smallest part to the largest. A backend that is being written passes them
 * best in this order.
 *
 * - `memory`: who owns an array, and that all memory comes back
 * - `ops`: every primitive on many shapes and kinds, against the float64 reference
 * - `composites`: those that a backend takes whole = their bodies
 * - `gradients`: of every op, against finite differences
 * - `goldens`: layers, losses and optimizers against PyTorch
 * - `laws`: whole models against themselves
 * - `training`: loss traces, dropout bits, resuming
 * - `decoding`: ids of greedy search, beams, n-best lists and seeded sampling
 * - `concurrency`: runs at once, aborts, a soak
 * - `errors`: what is refused, and what the error says
 */
export type Level =
  | 'memory'
  | 'ops'
  | 'composites'
  | 'gradients'
  | 'goldens'
  | 'laws'
  | 'training'
  | 'decoding'
  | 'concurrency'
  | 'errors'

/** Every level, in the order in which the suite runs them. */
export const levels: readonly Level[] = [
  'memory',
  'ops',
  'composites',
  'gradients',
  'goldens',
  'laws',
  'training',
  'decoding',
  'concurrency',
  'errors',
]
