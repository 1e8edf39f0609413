import type { Pair } from '@dragoman/core'
import { dictionary } from 'cmu-pronouncing-dictionary'

const plainWord = /^[a-z']+$/

/** Words of the CMU Pronouncing Dictionary and their phonemes without stress, in an order of chance. */
export async function pronunciationPairs(): Promise<Pair[]> {
  const pairs = Object.entries(dictionary)
    .filter(([word]) => plainWord.test(word))
    .map(([source, phonemes]) => ({ source, target: phonemes.replace(/\d/g, '') }))
  // A stride that shares no factor with the length visits every pair once.
  const stride = 48_271
  return pairs.map((_, i) => pairs[(i * stride) % pairs.length]!)
}
