import type { ConformanceCase } from '../case.ts'
import { searchLaws } from './search-laws.ts'
import { searchCases } from './searches.ts'

/** What models write, whichever way it is searched for. */
export function decodingConformanceCases(): ConformanceCase[] {
  return [...searchCases, ...searchLaws]
}
