import { EOS_ID, PAD_ID, SOS_ID } from '../workloads/special-ids.ts'

/** Added to logits [vocabulary]: what this library does not write while it decodes stays behind every other token. */
export function forbidden(vocabulary: number): Float32Array {
  const penalty = new Float32Array(vocabulary)
  for (const id of [PAD_ID, SOS_ID, EOS_ID]) penalty[id] = -1e9
  return penalty
}
