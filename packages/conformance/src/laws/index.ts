import type { ConformanceCase } from '../case.ts'
import { dropoutLaws } from './dropout-laws.ts'
import { fusedLaws, unrolledLaws } from './fused-laws.ts'
import { modelLaws } from './model-laws.ts'

/** Laws of design and theory: two ways to the same numbers. */
export function lawConformanceCases(): ConformanceCase[] {
  return [...dropoutLaws(), ...fusedLaws(), ...unrolledLaws(), ...modelLaws()]
}
