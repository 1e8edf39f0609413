import type { ConformanceCase } from '../case.ts'
import { abortCases } from './aborts.ts'
import { interleavedCases } from './interleaved.ts'
import { soakCases } from './soak.ts'

/** Runs at once, aborts, a soak. */
export function concurrencyConformanceCases(): ConformanceCase[] {
  return [...interleavedCases, ...abortCases, ...soakCases]
}
