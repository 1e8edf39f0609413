import type { ConformanceCase } from '../case.ts'
import { sampleCase } from '../ops/op-sample.ts'
import { compositeSamples } from './samples.ts'

/** Composites against the float64 reference, whether a backend takes them whole or not. */
export function compositeConformanceCases(): ConformanceCase[] {
  return (Object.keys(compositeSamples) as (keyof typeof compositeSamples)[]).flatMap((op) =>
    compositeSamples[op].map((sample) => sampleCase(op, sample as never, 'composites')),
  )
}
