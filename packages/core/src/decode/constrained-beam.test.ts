import { describe, expect, it } from 'vitest'
import { EOS_ID } from '../text/index.ts'
import type { BeamOptions } from './beam.ts'
import { beamSearch } from './beam.ts'
import { allocateBeams, constrainedBeamSearch } from './constrained-beam.ts'
import { LexicalConstraints } from './lexical-constraints.ts'
import { allTargets, foundBy, randomNumbers, randomRule, runSearch } from './testing/table-search.ts'

const seeds = Array.from({ length: 20 }, (_, seed) => seed)

function optionsOf(maxLength: number, beams: number, lengthPenalty = 1): BeamOptions {
  return {
    maxLength,
    processors: [],
    beams,
    score: { lengthPenalty, lengthPenaltyKind: 'average', coveragePenalty: 0 },
    earlyStopping: false,
    patience: 1,
  }
}

function constrained(options: BeamOptions, phrases: readonly (readonly number[])[]) {
  return constrainedBeamSearch({ ...options, constraints: new LexicalConstraints(phrases), reserved: 0 })
}

function contains(ids: readonly number[], phrase: readonly number[]): boolean {
  return ids.some((_, at) => phrase.every((id, i) => ids[at + i] === id))
}

describe('constrained beam search', () => {
  it.each(seeds)('finds what exhaustive search finds when it is wide enough (seed %i)', (seed) => {
    const rule = randomRule(seed, 6)
    for (const phrase of [[4], [4, 4, 5], [5, 4]]) {
      const targets = allTargets(rule, 5).filter(({ ids }) => contains(ids, phrase))
      const expected = targets.sort((a, b) => b.total - a.total)
      const found = foundBy(runSearch(constrained(optionsOf(5, 500, 0), [phrase]), rule))
      expect(found.map(({ score }) => score)).toEqual(expected.map(({ total }) => expect.closeTo(total, 10)))
      const texts = (all: readonly { ids: number[] }[]) => all.map(({ ids }) => ids.join(' ')).sort()
      expect(texts(found)).toEqual(texts(expected))
    }
  })

  it.each(seeds)('writes every phrase, in however few beams and however little room (seed %i)', (seed) => {
    const rule = randomRule(seed, 10)
    const pick = randomNumbers(seed)
    const phrases = Array.from({ length: 1 + Math.floor(3 * pick()) }, () =>
      Array.from({ length: 1 + Math.floor(3 * pick()) }, () => 4 + Math.floor(6 * pick())),
    )
    const tokens = phrases.flat().length
    for (const [beams, maxLength] of [
      [2, tokens],
      [2, tokens + 1],
      [4, tokens + 6],
      [8, 20],
    ] as const) {
      const found = foundBy(runSearch(constrained(optionsOf(maxLength, beams), phrases), rule))
      expect(found.length).toBeGreaterThan(0)
      for (const { ids } of found) {
        for (const phrase of phrases) expect(contains(ids, phrase), `${ids}: ${phrase}`).toBe(true)
        expect(ids.filter((id) => id !== EOS_ID).length).toBeGreaterThanOrEqual(tokens)
        expect(ids.length).toBeLessThanOrEqual(maxLength)
      }
    }
  })

  it.each(seeds)('is beam search where the phrase comes by itself (seed %i)', (seed) => {
    const rule = randomRule(seed, 9)
    const [best] = foundBy(runSearch(beamSearch(optionsOf(12, 200)), rule))
    const phrase = best!.ids.filter((id) => id !== EOS_ID).slice(0, 2)
    if (phrase.length === 0) return expect(best!.ids).toEqual([EOS_ID])
    const [found] = foundBy(runSearch(constrained(optionsOf(12, 200), [phrase]), rule))
    expect(found!.score).toBeGreaterThan(best!.score - 1e-9)
  })
})

describe('allocateBeams', () => {
  it.each([
    { beams: 6, counts: [9, 9, 9], expected: [2, 2, 2] },
    { beams: 7, counts: [9, 9, 9], expected: [2, 2, 3] },
    { beams: 6, counts: [9, 9, 0], expected: [2, 4, 0] },
    { beams: 6, counts: [9, 1, 3], expected: [2, 1, 3] },
    { beams: 2, counts: [9, 1, 0], expected: [1, 1, 0] },
    { beams: 4, counts: [1, 1, 1], expected: [1, 1, 1] },
  ])('$beams beams for $counts candidates: $expected', ({ beams, counts, expected }) => {
    expect(allocateBeams(beams, counts)).toEqual(expected)
  })
})
