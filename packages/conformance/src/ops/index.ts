import type { ConformanceCase } from '../case.ts'
import { emptyProductCases } from './empty-products.ts'
import { highRankCases } from './high-ranks.ts'
import { sampleCase } from './op-sample.ts'
import { samples } from './samples.ts'
import { namedSizeCases } from './sizes-by-name.ts'

/** Every primitive on generated shapes and kinds, and with sizes by name, against the float64 reference. */
export function opConformanceCases(): ConformanceCase[] {
  const fixed = (Object.keys(samples) as (keyof typeof samples)[]).flatMap((op) =>
    samples[op].map((sample) => sampleCase(op, sample as never, 'ops')),
  )
  return [...fixed, ...highRankCases(), ...namedSizeCases(), ...emptyProductCases()]
}
