import type { OpCase } from '../op-case.ts'
import { elementwiseCases } from './elementwise.ts'
import { indexingCases } from './indexing.ts'
import { movementCases } from './movement.ts'
import { reduceCases } from './reduce.ts'

/** Cases written by hand; `goldens/primitives.json` holds many more, made by PyTorch. */
export const opCases: readonly OpCase[] = [
  ...elementwiseCases,
  ...movementCases,
  ...indexingCases,
  ...reduceCases,
]
