import { type Pair, splitPairs } from '@dragoman/core'
import type { Environment } from '../environment.ts'
import { readPairsFile } from '../input.ts'

/** Value of `--valid` for no validation at all. */
export const noValidation = 'none'

const heldOutShare = 0.05
const mostHeldOut = 1000
// The same pairs are held out whatever the seed of the run, so that runs can be compared.
const splitSeed = 0

export interface TrainingPairs {
  readonly train: readonly Pair[]
  readonly valid: readonly Pair[]
}

/**
 * Reads the pairs to train on, and those to validate with: a file of their own, none, or by default a
 * twentieth of all, at most about 1,000, chosen by a hash of the source.
 */
export async function readTrainingPairs(
  path: string,
  valid: string | undefined,
  environment: Environment,
): Promise<TrainingPairs> {
  const pairs = await readPairsFile(path, environment)
  if (valid === noValidation) return { train: pairs, valid: [] }
  if (valid !== undefined) return { train: pairs, valid: await readPairsFile(valid, environment) }
  const { train, heldOut } = splitPairs(pairs, Math.min(heldOutShare, mostHeldOut / pairs.length), splitSeed)
  return train.length > 0 ? { train, valid: heldOut } : { train: pairs, valid: [] }
}
