import type { ConformanceCase } from '../case.ts'
import { constantCases } from './constants.ts'
import { donationCases } from './donation.ts'
import { outputCases } from './outputs.ts'
import { sessionCases } from './session-state.ts'
import { uploadCases } from './uploads.ts'

/** Who owns an array, and that all memory comes back. */
export function memoryConformanceCases(): ConformanceCase[] {
  return [...uploadCases, ...outputCases, ...donationCases, ...constantCases, ...sessionCases]
}
