import { describe, expect, it } from 'vitest'
import goldens from '../../goldens/metrics.json' with { type: 'json' }
import { DataError, OptionError } from '../errors.ts'
import { type BleuOptions, bleu, tokenize13a } from './bleu.ts'
import { chrf } from './chrf.ts'
import { rouge } from './rouge.ts'

// Expected numbers: sacrebleu 2.6.0, by goldens/metrics.py. Only the order of a float64 sum may differ.
const DIGITS = 10

it.each(goldens.tokenize13a)('tokenize13a splits $text as sacrebleu does', ({ text, tokens }) => {
  expect(tokenize13a(text)).toEqual(tokens)
})

describe.each(goldens.corpora)('corpus "$name"', ({ hypotheses, references, bleu: bleus, chrf: chrfs }) => {
  it.each(bleus)('BLEU with $options equals sacrebleu', ({ options, ...expected }) => {
    const score = bleu(hypotheses, references, options as BleuOptions)
    expect(score.score).toBeCloseTo(expected.score, DIGITS)
    expect(score.brevityPenalty).toBeCloseTo(expected.brevityPenalty, DIGITS)
    expected.precisions.forEach((precision, i) => {
      expect(score.precisions[i]).toBeCloseTo(precision, DIGITS)
    })
    const { matches, totals, hypothesisLength, referenceLength } = expected
    expect(score).toMatchObject({ matches, totals, hypothesisLength, referenceLength })
  })

  it.each(chrfs)('chrF with $options equals sacrebleu', ({ options, score }) => {
    expect(chrf(hypotheses, references, options)).toBeCloseTo(score, DIGITS)
  })
})

it('the goldens are not all 0 or 100', () => {
  const scores = goldens.corpora.flatMap((corpus) =>
    [...corpus.bleu, ...corpus.chrf].map(({ score }) => score),
  )
  expect(scores.filter((score) => score > 1 && score < 99).length).toBeGreaterThan(scores.length / 3)
})

describe('rouge', () => {
  const words = (text: string) => text.split(' ').filter((word) => word !== '')

  it('gives the scores of the example in Lin 2004, section 3.1', () => {
    // "police killed the gunman" against its reference "police kill the gunman" and its distractor; the
    // paper gives ROUGE-L 3/4 and 2/4. ROUGE-1 and ROUGE-2 are counted by hand.
    const reference = [words('police killed the gunman')]
    expect(rouge([words('police kill the gunman')], [reference])).toEqual({
      rouge1: 3 / 4,
      rouge2: 1 / 3,
      rougeL: 3 / 4,
    })
    expect(rouge([words('the gunman kill police')], [reference])).toEqual({
      rouge1: 3 / 4,
      rouge2: 1 / 3,
      rougeL: 2 / 4,
    })
  })

  it('takes the best reference for each, and the mean over examples', () => {
    // Counted by hand: example 1 has 2·2/(2 + 4), 2·1/(1 + 3), 2·2/(2 + 4) against the first reference.
    const score = rouge([words('a b'), words('')], [[words('a b c d'), words('x')], [words('y')]])
    expect(score.rouge1).toBeCloseTo(2 / 3 / 2, DIGITS)
    expect(score.rouge2).toBeCloseTo(1 / 2 / 2, DIGITS)
    expect(score.rougeL).toBeCloseTo(2 / 3 / 2, DIGITS)
  })

  it('counts a repeated token as often as both have it', () => {
    expect(rouge([words('a a a')], [[words('a a b')]]).rouge1).toBeCloseTo(2 / 3, DIGITS)
  })

  it('tells tokens with line feeds apart', () => {
    expect(rouge([['a\n', 'b']], [[['a', '\nb']]]).rouge2).toBe(0)
  })
})

it('all refuse what they cannot compare', () => {
  for (const metric of [bleu, chrf]) {
    expect(() => metric([], [])).toThrow(DataError)
    expect(() => metric(['a'], [[]])).toThrow(/hypothesis 0 has no reference/)
  }
  expect(() => rouge([], [])).toThrow(DataError)
})

it('all refuse options they do not know', () => {
  expect(() => bleu(['a'], [['a']], { tokenize: 'zh' as 'none' })).toThrow(OptionError)
  expect(() => bleu(['a'], [['a']], { smoothing: 'floor' as 'none' })).toThrow(OptionError)
  for (const options of [
    { charOrder: 0 },
    { wordOrder: -1 },
    { charOrder: 1.5 },
    { beta: 0 },
    { beta: Number.NaN },
  ]) {
    expect(() => chrf(['a'], [['a']], options)).toThrow(OptionError)
  }
})
