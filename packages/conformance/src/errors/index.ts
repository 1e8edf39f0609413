import type { ConformanceCase } from '../case.ts'
import { graphErrorCases } from './graphs.ts'
import { inputCases } from './inputs.ts'
import { uploadErrorCases } from './uploads.ts'

/** What is refused, with which class, and the facts that the message must hold. */
export function errorConformanceCases(): ConformanceCase[] {
  return [...inputCases, ...uploadErrorCases, ...graphErrorCases]
}
