import type { HostArray } from '@dragoman/core'
import { EOS_ID, PAD_ID, SOS_ID } from '@dragoman/core'
import { sizes } from '../workloads.ts'

/** A matrix of this library, [outputs, inputs] as in PyTorch, the other way round; embeddings and vectors as they are. */
export function inputsFirst(
  name: string,
  { shape, data }: HostArray,
): { shape: number[]; data: Float32Array } {
  const values = data as Float32Array
  if (shape.length < 2 || name.includes('embedding')) return { shape: [...shape], data: values }
  const [rows, columns] = shape as [number, number]
  const turned = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!)
  return { shape: [columns, rows], data: turned }
}

/** Ids [B, steps] time first: [steps, B]. */
export function timeFirst(ids: Int32Array): Int32Array {
  const { batch } = sizes
  const steps = ids.length / batch
  return ids.map((_, i) => ids[(i % batch) * steps + Math.floor(i / batch)]!)
}

/** Added to logits [V]: what this library does not write in `DS` stays behind every other token. */
export function forbidden(): Float32Array {
  const penalty = new Float32Array(sizes.vocabulary)
  for (const id of [PAD_ID, SOS_ID, EOS_ID]) penalty[id] = -1e9
  return penalty
}
