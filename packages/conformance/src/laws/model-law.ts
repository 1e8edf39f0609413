import type { Arrays } from '../array.ts'
import type { CaseContext, Tolerances } from '../case.ts'
import type { Tolerance } from '../compare.ts'
import type { Generator } from '../generator.ts'
import { lawTolerances } from './law.ts'
import type { Batch, ModelKind } from './random-model.ts'

/** The body of a law of whole models, for the kind at an index. */
export type Law = (context: CaseContext, draw: Generator, kind: ModelKind, index: number) => Promise<void>

/** What a forward graph takes of a batch. */
export function forwardInputs({ source, lengths, ids }: Batch): Arrays {
  return { source, lengths, ids }
}

/**
 * Compares what a loss graph gives. The rounding of a gradient follows the size of what flows back through
 * the whole model: those by the biases of keys are 0 but for it, as a number added to all scores of a query
 * changes no weight. So a part of what may differ is a part of the largest gradient of all.
 */
export function expectGradients(context: CaseContext, got: Arrays, expected: Arrays): void {
  let largest = 1
  for (const { data } of Object.values(expected))
    for (const x of data) largest = Math.max(largest, Math.abs(x))
  const scaled = ({ absolute = 0, ...rest }: Tolerance) => ({ ...rest, absolute: absolute * largest })
  const tolerances: Tolerances = {
    float64: scaled(lawTolerances.float64),
    float32: scaled(lawTolerances.float32),
  }
  context.expectClose(got, expected, tolerances)
}
