import { readDictionary } from '../../../examples/pronunciation/dictionary.mjs'

/** Words and their phonemes of the CMU Pronouncing Dictionary. */
export function pronunciationPairs() {
  const { train, heldOut } = readDictionary()
  return { train, test: heldOut }
}
