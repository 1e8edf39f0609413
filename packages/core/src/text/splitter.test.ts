import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import { RandomStream } from '../random/index.ts'
import { charSplitter, createSplitter, spaceSplitter, wordSplitter } from './splitter.ts'

describe('charSplitter', () => {
  it.each([
    ['', []],
    ['a b', ['a', ' ', 'b']],
    ['😀!', ['😀', '!']],
    ['ক্ষ', ['ক', '্', 'ষ']],
    ['👩‍👧', ['👩', '\u200d', '👧']],
    ['<eos>', ['<', 'e', 'o', 's', '>']],
  ])('splits %o at code points', (text, tokens) => {
    expect(charSplitter().tokenize(text)).toEqual(tokens)
    expect(charSplitter().detokenize(tokens)).toBe(text)
  })

  it('gives any text back (100 random texts of mixed scripts)', () => {
    const alphabet = Array.from('ab \t\n.,"<>éকষ্ািয়আমি中あ😀👩\u200d🏽🇧🇩\u0301')
    for (let seed = 0; seed < 100; seed++) {
      const words = new RandomStream(seed).words(new Uint32Array(seed), { step: 0, site: 0 })
      const text = Array.from(words, (word) => alphabet[word % alphabet.length]).join('')
      const none = charSplitter({ normalization: 'none' })
      expect(none.detokenize(none.tokenize(text)), `seed ${seed}`).toBe(text)
      const nfc = charSplitter()
      expect(nfc.detokenize(nfc.tokenize(text)), `seed ${seed}`).toBe(text.normalize('NFC'))
    }
  })
})

describe('spaceSplitter', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['HH AH0  L OW1\t.', ['HH', 'AH0', 'L', 'OW1', '.']],
    [' a\r\n', ['a']],
    ['10\u00a0km \u3000', ['10\u00a0km', '\u3000']],
    ['<eos> x', ['<eos>', 'x']],
  ])('splits %o at ASCII white space only', (text, tokens) => {
    expect(spaceSplitter().tokenize(text)).toEqual(tokens)
  })

  it('gives text with single spaces back', () => {
    const text = 'আমি ভাত খাই 😀'
    expect(spaceSplitter({ normalization: 'none' }).detokenize(text.split(' '))).toBe(text)
  })
})

describe('wordSplitter', () => {
  it.each([
    ['', []],
    ["Don't stop, well-known!", ["Don't", 'stop', ',', 'well-known', '!']],
    ['It is 3.14, or 1,000.', ['It', 'is', '3.14', ',', 'or', '1,000', '.']],
    ['a.b x--y', ['a', '.', 'b', 'x', '-', '-', 'y']],
    ['snake_case @user', ['snake_case', '@', 'user']],
    ['আমি ভাত খাই।', ['আমি', 'ভাত', 'খাই', '।']],
    ['ক্ষমা', ['ক্ষমা']],
    ['hi 👩🏽‍🚀😀 🇧🇩!', ['hi', '👩🏽‍🚀', '😀', '🇧🇩', '!']],
    ['<eos>', ['<', 'eos', '>']],
  ])('splits %o', (text, tokens) => {
    expect(wordSplitter().tokenize(text)).toEqual(tokens)
  })

  it.each([
    '',
    'Hello, world! (A test.)',
    'He said "no" and "yes, sir".',
    '¿Qué tal? «Bien».',
    'আমি ভাত খাই। তুমি?',
    "Don't stop: it's 3.14.",
    '😀 👩🏽‍🚀 🇧🇩',
  ])('gives %o back', (text) => {
    const words = wordSplitter({ normalization: 'none' })
    expect(words.detokenize(words.tokenize(text))).toBe(text)
  })

  it('loses spacing that punctuation does not explain, as documented', () => {
    expect(wordSplitter().detokenize(wordSplitter().tokenize('and/or  x'))).toBe('and / or x')
  })

  it('splits its own output as before (100 random texts)', () => {
    const parts = [
      'a',
      'don’t',
      'x-y',
      '7',
      '3.5',
      ' ',
      ' ',
      ',',
      '.',
      '(',
      ')',
      '"',
      'খাই',
      '।',
      '😀',
      '\u0301',
    ]
    for (let seed = 0; seed < 100; seed++) {
      const drawn = new RandomStream(seed).words(new Uint32Array(12), { step: 0, site: 1 })
      const text = Array.from(drawn, (word) => parts[word % parts.length]).join('')
      const tokens = wordSplitter().tokenize(text)
      expect(tokens.join(''), `seed ${seed}: no sign is lost`).toBe(text.normalize('NFC').replaceAll(' ', ''))
    }
  })
})

describe('normalization', () => {
  it('composes by default', () => {
    expect(charSplitter().tokenize('e\u0301')).toEqual(['é'])
    expect(charSplitter({ normalization: 'none' }).tokenize('e\u0301')).toEqual(['e', '\u0301'])
    // U+09DC is on Unicode's list of composition exclusions: NFC takes it apart.
    expect(charSplitter().tokenize('\u09dc')).toEqual(['\u09a1', '\u09bc'])
  })

  it('lowers case where asked', () => {
    expect(wordSplitter({ lowercase: true }).tokenize('STRASSE Ärger İ')).toEqual(['strasse', 'ärger', 'i̇'])
    expect(wordSplitter().tokenize('Ärger')).toEqual(['Ärger'])
  })

  it('refuses what it does not know', () => {
    expect(() => createSplitter('bpe' as 'char')).toThrow(OptionError)
    expect(() => charSplitter({ normalization: 'NFKC' as 'NFC' })).toThrow(OptionError)
  })
})
