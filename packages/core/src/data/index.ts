export {
  BatchPlan,
  type BatchPlanOptions,
  type BatchState,
  type PlannedBatch,
} from './batch-plan.ts'
export {
  type Batch,
  type CollateOptions,
  collate,
  collateSources,
  type SourceBatch,
} from './collate.ts'
export { decodeLines, type ReadOptions } from './lines.ts'
export {
  type Example,
  encodePairs,
  groupReferences,
  type Pair,
  parsePairs,
  type ReferenceGroup,
  readPairs,
  splitPairs,
} from './pairs.ts'
