import type { Example } from '../data/index.ts'
import { BatchPlan, collate } from '../data/index.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { batchArrays } from './batch-arrays.ts'
import { lossGraph } from './loss.ts'
import { numbers } from './numbers.ts'

/** Nats per real target token over examples, without dropout and smoothing, in batches of like lengths. */
export async function meanLoss(
  seq2seq: Seq2Seq,
  examples: readonly Example[],
  lengthMultiple: number,
): Promise<number> {
  const program = await seq2seq.session.compile(lossGraph(seq2seq.model))
  const plan = new BatchPlan(examples, { by: 'count', size: 64, seed: 0, shuffle: false, lengthMultiple })
  let [sum, count] = [0, 0]
  for (const indices of plan.batches(0)) {
    const rows = Array.from(indices, (index) => examples[index]!)
    const { lossSum, tokens } = await numbers(program, batchArrays(collate(rows, { lengthMultiple })))
    sum += lossSum!
    count += tokens!
  }
  return sum / count
}
