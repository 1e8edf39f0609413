import { describe, expect, it } from 'vitest'
import { ConfigError, DataError } from '../errors.ts'
import { buildTokenizer } from './tokenizer.ts'
import { tokenizersFromJson, tokenizersToJson } from './tokenizer-file.ts'
import { EOS_ID, PAD_ID, SOS_ID, UNK_ID } from './vocabulary.ts'

const texts = ['আমি ভাত খাই।', 'hello 😀', '']

describe('Tokenizer', () => {
  it.each(['char', 'word', 'space'] as const)('%s: decode undoes encode on known text', (type) => {
    const tokenizer = buildTokenizer(texts, { type })
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.normalize('NFC'))
    expect(tokenizer.type).toBe(type)
  })

  it('encodes without special ids, unknown tokens as <unk>', () => {
    const tokenizer = buildTokenizer(['ab'], { type: 'char' })
    expect(tokenizer.encode('abx')).toEqual(Int32Array.of(4, 5, UNK_ID))
    expect(tokenizer.encode('')).toEqual(new Int32Array(0))
  })

  it('decodes up to <eos>, without <pad> and <sos>', () => {
    const tokenizer = buildTokenizer(['ab'], { type: 'char' })
    expect(tokenizer.decode([SOS_ID, PAD_ID, 5, 4, EOS_ID, 4])).toBe('ba')
    expect(tokenizer.decode([4, UNK_ID])).toBe('a<unk>')
    expect(() => tokenizer.decode([99])).toThrow(DataError)
    expect(tokenizer.decode([EOS_ID, 99])).toBe('')
  })

  it.each(['char', 'word', 'space'] as const)(
    '%s: text that spells <eos> never becomes the special id',
    (type) => {
      const text = 'a <eos> <pad> <sos> b'
      const tokenizer = buildTokenizer([text], { type })
      const ids = tokenizer.encode(text)
      expect(ids.every((id) => id > EOS_ID)).toBe(true)
      expect(tokenizer.detokenize(tokenizer.tokenize(text))).toBe(tokenizer.decode(ids))
      expect(tokenizer.decode(ids)).toContain('b')
    },
  )

  it('passes its bounds on to the vocabulary', () => {
    expect(buildTokenizer(['aab'], { type: 'char', minFrequency: 2 }).vocabulary.size).toBe(5)
    expect(buildTokenizer(['aabc'], { type: 'char', maxSize: 6 }).vocabulary.size).toBe(6)
  })
})

describe('tokenizer.json', () => {
  const pair = {
    source: buildTokenizer(['<eos> B b'], { type: 'space', lowercase: true, normalization: 'none' }),
    target: buildTokenizer(texts, { type: 'char' }),
  }
  const json = () => JSON.parse(JSON.stringify(tokenizersToJson(pair)))

  it('round-trips', () => {
    const loaded = tokenizersFromJson(json())
    expect(tokenizersToJson(loaded)).toEqual(tokenizersToJson(pair))
    expect(loaded.source.encode('b <eos> B')).toEqual(Int32Array.of(4, 5, 4))
    expect(loaded.target.decode(loaded.target.encode('আমি'))).toBe('আমি')
  })

  it('holds the tokens in the order of their ids', () => {
    expect(json().source).toEqual({
      type: 'space',
      normalization: 'none',
      lowercase: true,
      vocabulary: ['<pad>', '<unk>', '<sos>', '<eos>', 'b', '<eos>'],
    })
  })

  it.each<[string, (file: ReturnType<typeof json>) => unknown]>([
    ['config', () => null],
    ['config', () => []],
    ['version', (file) => ({ ...file, version: 2 })],
    ['version', ({ source, target }) => ({ source, target })],
    ['extra', (file) => ({ ...file, extra: 1 })],
    ['target', (file) => ({ ...file, target: 'char' })],
    ['source.type', (file) => ({ ...file, source: { ...file.source, type: 'bpe' } })],
    ['source.lowercase', (file) => ({ ...file, source: { ...file.source, lowercase: 'yes' } })],
    ['source.normalization', (file) => ({ ...file, source: { ...file.source, normalization: undefined } })],
    ['source.vocabulary', (file) => ({ ...file, source: { ...file.source, vocabulary: {} } })],
    [
      'source.vocabulary[2]',
      (file) => ({ ...file, source: { ...file.source, vocabulary: ['<pad>', '<unk>', 'a'] } }),
    ],
    [
      'target.vocabulary[4]',
      (file) => ({ ...file, target: { ...file.target, vocabulary: file.source.vocabulary.with(4, '') } }),
    ],
    [
      'target.vocabulary[5]',
      (file) => ({ ...file, target: { ...file.target, vocabulary: file.source.vocabulary.with(5, 'b') } }),
    ],
  ])('names the wrong field: %s', (path, change) => {
    const load = () => tokenizersFromJson(change(json()))
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(new RegExp(`^${path.replace(/[[\]]/g, '\\$&')}: `))
  })
})
