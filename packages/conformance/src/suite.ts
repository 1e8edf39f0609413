import type { ConformanceCase } from './case.ts'
import { gradientConformanceCases } from './gradients/index.ts'
import { lawConformanceCases } from './laws/index.ts'
import { opConformanceCases } from './ops/index.ts'
import { goldenConformanceCases } from './pytorch/index.ts'

/**
 * Every case of the suite, from the smallest part to the largest: ops against the float64 reference,
 * gradients against finite differences, goldens by PyTorch, laws.
 */
export function conformanceCases(): readonly ConformanceCase[] {
  return [
    ...opConformanceCases(),
    ...gradientConformanceCases(),
    ...goldenConformanceCases(),
    ...lawConformanceCases(),
  ]
}
