import type { HostArray } from '../backend/contract.ts'
import type { Batch } from '../data/index.ts'

/** An int array. */
export function intArray(shape: readonly number[], data: Int32Array): HostArray {
  return { kind: 'int', shape, data }
}

/** A float scalar. */
export function scalar(value: number): HostArray {
  return { kind: 'float', shape: [], data: Float64Array.of(value) }
}

/** A batch by the names of the training graphs' inputs. */
export function batchArrays(batch: Batch): Record<string, HostArray> {
  const { size, maxSourceLength, maxTargetLength } = batch
  return {
    source: intArray([size, maxSourceLength], batch.source),
    sourceLengths: intArray([size], batch.sourceLengths),
    targetInput: intArray([size, maxTargetLength], batch.targetInput),
    targetOutput: intArray([size, maxTargetLength], batch.targetOutput),
    targetLengths: intArray([size], batch.targetLengths),
  }
}

/** The key of a step's random bits: seed low word, seed high word, step. */
export function randomKey(seed: number, step: number): HostArray {
  return intArray([3], Int32Array.of(seed, Math.floor(seed / 2 ** 32), step))
}
