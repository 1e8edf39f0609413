import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import { readModelConfig } from './config-reader.ts'

const encoder = { type: 'rnn', embeddingSize: 4, hiddenSize: 6 }
const decoder = { type: 'rnn', embeddingSize: 4, hiddenSize: 6 }
const config = { version: 1, sourceVocabularySize: 9, targetVocabularySize: 9, encoder, decoder }
const withContext = { output: { from: ['state', 'context'] } }

/** What is refused: the change, the path that the error names, and a word of what it says. */
const refused: readonly { name: string; change: object; path: string; says: RegExp }[] = [
  { name: 'an unknown version', change: { version: 2 }, path: 'version', says: /allowed: 1/ },
  { name: 'an unknown field', change: { heads: 8 }, path: 'heads', says: /allowed: version, / },
  {
    name: 'a vocabulary without special tokens',
    change: { sourceVocabularySize: 3 },
    path: 'sourceVocabularySize',
    says: /4 or more/,
  },
  {
    name: 'an unknown encoder',
    change: { encoder: { type: 'cnn' } },
    path: 'encoder.type',
    says: /allowed: rnn/,
  },
  {
    name: 'a missing size',
    change: { encoder: { type: 'rnn', hiddenSize: 6 } },
    path: 'encoder.embeddingSize',
    says: /missing/,
  },
  {
    name: 'half a layer',
    change: { encoder: { ...encoder, layers: 1.5 } },
    path: 'encoder.layers',
    says: /whole number/,
  },
  {
    name: 'a rate of 1',
    change: { encoder: { ...encoder, dropout: 1 } },
    path: 'encoder.dropout',
    says: /below 1/,
  },
  {
    name: 'variational without dropout',
    change: { encoder: { ...encoder, variational: true } },
    path: 'encoder.variational',
    says: /no dropout/,
  },
  {
    name: 'a cell that is none',
    change: { decoder: { ...decoder, cell: 'lsmt' } },
    path: 'decoder.cell',
    says: /lstm/,
  },
  {
    name: 'a copy between sizes that differ',
    change: { decoder: { ...decoder, hiddenSize: 7 } },
    path: 'decoder.bridge',
    says: /dense/,
  },
  {
    name: 'a copy between stacks that differ',
    change: { decoder: { ...decoder, layers: 2 } },
    path: 'decoder.bridge',
    says: /1 x 6.*2 x 6/,
  },
  {
    name: 'attention without saying how',
    change: { decoder: { ...decoder, context: 'attention' } },
    path: 'decoder.attention',
    says: /missing/,
  },
  {
    name: 'attention and a fixed context',
    change: { decoder: { ...decoder, context: 'every-step', attention: { score: 'dot' }, ...withContext } },
    path: 'decoder.context',
    says: /every-step/,
  },
  {
    name: 'a context that there is not',
    change: { decoder: { ...decoder, ...withContext } },
    path: 'decoder.output.from',
    says: /every-step/,
  },
  {
    name: 'a context that goes nowhere',
    change: { decoder: { ...decoder, attention: { score: 'dot' } } },
    path: 'decoder.output.from',
    says: /nowhere/,
  },
  {
    name: 'a hidden layer without a width',
    change: { decoder: { ...decoder, attention: { score: 'additive' }, ...withContext } },
    path: 'decoder.attention.size',
    says: /width/,
  },
  {
    name: 'a width without a hidden layer',
    change: { decoder: { ...decoder, attention: { score: 'dot', size: 4 }, ...withContext } },
    path: 'decoder.attention.size',
    says: /leave size out/,
  },
  {
    name: 'coverage without a hidden layer',
    change: { decoder: { ...decoder, attention: { score: 'dot', coverage: true }, ...withContext } },
    path: 'decoder.attention.coverage',
    says: /additive/,
  },
  {
    name: 'feeding what is fed already',
    change: { decoder: { ...decoder, attention: { score: 'dot', query: 'previous', inputFeeding: true } } },
    path: 'decoder.attention.inputFeeding',
    says: /current/,
  },
  {
    name: 'a dot product of widths that differ',
    change: {
      encoder: { ...encoder, bidirectional: true },
      decoder: { ...decoder, bridge: 'dense', attention: { score: 'dot' }, ...withContext },
    },
    path: 'decoder.attention.score',
    says: /12.*6/,
  },
  {
    name: 'a part twice',
    change: { decoder: { ...decoder, output: { from: ['state', 'state'] } } },
    path: 'decoder.output.from',
    says: /repeats/,
  },
  {
    name: 'no part',
    change: { decoder: { ...decoder, output: { from: [] } } },
    path: 'decoder.output.from',
    says: /one or more/,
  },
  {
    name: 'a combining layer without a context',
    change: { decoder: { ...decoder, output: { from: ['state'], combine: 4 } } },
    path: 'decoder.output.combine',
    says: /both/,
  },
]

describe('readModelConfig', () => {
  test.each(refused)('refuses $name', ({ change, path, says }) => {
    let error: unknown
    try {
      readModelConfig({ ...config, ...change })
    } catch (thrown) {
      error = thrown
    }
    expect(ConfigError.isInstance(error)).toBe(true)
    expect((error as ConfigError).path).toBe(path)
    expect((error as ConfigError).message).toMatch(says)
  })

  test('fills in defaults, and reads its own output again as it is', () => {
    const read = readModelConfig(config)
    expect(read.encoder).toMatchObject({ cell: 'lstm', layers: 1, bidirectional: false, dropout: 0 })
    expect(read.decoder).toMatchObject({
      bridge: 'copy',
      context: 'initial',
      output: { from: ['state'], combine: 0 },
    })
    expect(readModelConfig(JSON.parse(JSON.stringify(read)))).toEqual(read)
  })

  test('attention makes the context one of attention', () => {
    const { decoder: read } = readModelConfig({
      ...config,
      decoder: { ...decoder, attention: { score: 'dot' }, ...withContext },
    })
    const look = { score: 'dot', size: 0, query: 'current', inputFeeding: false, coverage: false }
    expect(read).toMatchObject({ context: 'attention', attention: look })
  })

  test.each([null, 'x', [], 7])('refuses %j, which is no object', (json) => {
    expect(() => readModelConfig(json)).toThrow(ConfigError)
  })
})
