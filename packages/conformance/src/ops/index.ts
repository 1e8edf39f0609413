import type { ConformanceCase } from '../case.ts'
import { sampleCase } from './op-sample.ts'
import { samples } from './samples.ts'

/** Every primitive on generated shapes and kinds, against the float64 reference. */
export function opConformanceCases(): ConformanceCase[] {
  return (Object.keys(samples) as (keyof typeof samples)[]).flatMap((op) =>
    samples[op].map((sample) => sampleCase(op, sample as never)),
  )
}
