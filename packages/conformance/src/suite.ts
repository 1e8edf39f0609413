import type { ConformanceCase } from './case.ts'
import { compositeConformanceCases } from './composites/index.ts'
import { concurrencyConformanceCases } from './concurrency/index.ts'
import { decodingConformanceCases } from './decoding/index.ts'
import { errorConformanceCases } from './errors/index.ts'
import { gradientConformanceCases } from './gradients/index.ts'
import { lawConformanceCases } from './laws/index.ts'
import { levels } from './level.ts'
import { memoryConformanceCases } from './memory/index.ts'
import { opConformanceCases } from './ops/index.ts'
import { goldenConformanceCases } from './pytorch/index.ts'
import { trainingConformanceCases } from './training/index.ts'

let all: readonly ConformanceCase[] | undefined

/** Every case of the suite, by level from the smallest part to the largest; the same list each time. */
export function conformanceCases(): readonly ConformanceCase[] {
  if (!all) {
    const cases = everyCase()
    all = levels.flatMap((level) => cases.filter((each) => each.level === level))
  }
  return all
}

function everyCase(): ConformanceCase[] {
  return [
    ...memoryConformanceCases(),
    ...opConformanceCases(),
    ...compositeConformanceCases(),
    ...gradientConformanceCases(),
    ...goldenConformanceCases(),
    ...lawConformanceCases(),
    ...trainingConformanceCases(),
    ...decodingConformanceCases(),
    ...concurrencyConformanceCases(),
    ...errorConformanceCases(),
  ]
}
