// The CMU Pronouncing Dictionary as pairs: a spelling, and its phonemes between spaces, without stress.
import { splitPairs } from '@dragoman/core'
import { dictionary } from 'cmu-pronouncing-dictionary'

const heldOutShare = 0.015

// "tomato" and "tomato(2)" are two pronunciations of one spelling. What has digits, dots or
// hyphens is mostly not pronounced as it is spelt.
const plainWord = /^([a-z']+)(?:\(\d+\))?$/

/** Pairs to train on, and pairs of other spellings that are held out; the same ones each time. */
export function readDictionary() {
  const pairs = []
  for (const [entry, phonemes] of Object.entries(dictionary)) {
    const spelling = plainWord.exec(entry)?.[1]
    if (spelling !== undefined) pairs.push({ source: spelling, target: phonemes.replace(/\d/g, '') })
  }
  return splitPairs(pairs, heldOutShare, 0)
}
