import type { HostArray } from '../backend/contract.ts'
import { NonFiniteError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'

/** Host copies of a model's weights, by path. */
export type Weights = ReadonlyMap<string, HostArray>

/** Does something with other weights in the model where some are given, and puts those that it had back. */
export async function usingWeights<T>(
  seq2seq: Seq2Seq,
  weights: Weights | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!weights) return work()
  const before = await seq2seq.weights()
  seq2seq.setWeights(weights)
  try {
    return await work()
  } finally {
    seq2seq.setWeights(before)
  }
}

/** What is saved can go on: a checkpoint never takes the place of one that could. */
export function expectFinite(weights: Weights, step: number): void {
  for (const [path, { data }] of weights) {
    if (!data.every(Number.isFinite)) throw new NonFiniteError({ step, tensor: `weight ${path}` })
  }
}
