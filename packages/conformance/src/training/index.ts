import type { ConformanceCase } from '../case.ts'
import { equalRunCases } from './resume.ts'
import { traceCases } from './traces.ts'

/** Whole training runs: against the float64 reference, and against themselves. */
export function trainingConformanceCases(): ConformanceCase[] {
  return [...traceCases, ...equalRunCases]
}
