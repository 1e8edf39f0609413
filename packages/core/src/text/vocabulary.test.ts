import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../errors.ts'
import { EOS_ID, PAD_ID, SOS_ID, UNK_ID, Vocabulary } from './vocabulary.ts'

const corpus = [
  ['b', 'a', 'b'],
  ['c', 'a', 'b'],
]

describe('Vocabulary', () => {
  it('starts with the special tokens in their fixed order', () => {
    expect(new Vocabulary([]).toArray()).toEqual(['<pad>', '<unk>', '<sos>', '<eos>'])
    expect([PAD_ID, UNK_ID, SOS_ID, EOS_ID]).toEqual([0, 1, 2, 3])
  })

  it('orders tokens by falling frequency', () => {
    expect(Vocabulary.build(corpus).toArray().slice(4)).toEqual(['b', 'a', 'c'])
  })

  it('breaks ties in code-point order, not in UTF-16 order', () => {
    // U+FF5E is below U+1F600 as a code point, above it as a UTF-16 unit (D83D).
    expect(
      Vocabulary.build([['😀', '～', 'ab', 'a']])
        .toArray()
        .slice(4),
    ).toEqual(['a', 'ab', '～', '😀'])
  })

  it('keeps what minFrequency and maxSize allow', () => {
    expect(Vocabulary.build(corpus, { minFrequency: 2 }).toArray().slice(4)).toEqual(['b', 'a'])
    expect(Vocabulary.build(corpus, { maxSize: 5 }).toArray().slice(4)).toEqual(['b'])
    expect(Vocabulary.build(corpus, { maxSize: 4 }).size).toBe(4)
  })

  it('maps tokens to ids and back', () => {
    const vocabulary = Vocabulary.build(corpus)
    expect([...vocabulary.ids(['c', 'zebra', 'b'])]).toEqual([6, UNK_ID, 4])
    expect(vocabulary.tokens([6, 1, 3])).toEqual(['c', '<unk>', '<eos>'])
    expect([vocabulary.has('c'), vocabulary.has('zebra')]).toEqual([true, false])
  })

  it('takes a token spelled like a special one for an ordinary token', () => {
    expect(Vocabulary.build(corpus).idOf('<eos>')).toBe(UNK_ID)
    const seen = Vocabulary.build([['<eos>', '<pad>', '<eos>']])
    expect([...seen.ids(['<eos>', '<pad>', '<sos>'])]).toEqual([4, 5, UNK_ID])
    expect(seen.has('<sos>')).toBe(false)
  })

  it.each([-1, 7, 1.5, Number.NaN])('refuses the id %s', (id) => {
    expect(() => Vocabulary.build(corpus).tokenOf(id)).toThrow(DataError)
    expect(() => Vocabulary.build(corpus).tokens([4, id])).toThrow(/outside the vocabulary \(0 to 6\)/)
  })

  it.each([[['a', 'a']], [['']]])('refuses the tokens %o', (tokens) => {
    expect(() => new Vocabulary(tokens)).toThrow(DataError)
  })

  it.each([{ minFrequency: 0 }, { minFrequency: 1.5 }, { maxSize: 3 }, { maxSize: Number.NaN }])(
    'refuses the options %o',
    (options) => {
      expect(() => Vocabulary.build(corpus, options)).toThrow(OptionError)
    },
  )
})
