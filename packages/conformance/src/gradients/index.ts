import type { ConformanceCase } from '../case.ts'
import { attentionCases } from './attention.ts'
import { recurrentCases, softmaxCases, updateCases } from './composites.ts'
import { elementwiseCases } from './elementwise.ts'
import type { GradientCase } from './gradient-case.ts'
import { gradientConformance } from './gradient-case.ts'
import { normCases } from './norms.ts'
import { scanCases } from './scan.ts'
import { secondOrderCases } from './second-order.ts'
import { flatCases, indexingCases, matmulCases, movementCases, reductionCases } from './structural.ts'

/** Every function whose gradient the suite checks. */
export const gradientCases: readonly GradientCase[] = [
  ...elementwiseCases,
  ...movementCases,
  ...indexingCases,
  ...reductionCases,
  ...matmulCases,
  ...flatCases,
  ...scanCases,
  ...softmaxCases,
  ...normCases,
  ...attentionCases,
  ...recurrentCases,
  ...updateCases,
  ...secondOrderCases,
]

/** Gradients of every op against finite differences. */
export function gradientConformanceCases(): ConformanceCase[] {
  return gradientCases.map(gradientConformance)
}
