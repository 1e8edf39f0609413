import { expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { DataError } from '../errors.ts'
import { buildTokenizer } from '../text/index.ts'
import { expectReadable } from './limits.ts'
import { createModel } from './model.ts'
import { createSeq2Seq } from './seq2seq.ts'

const layer = { type: 'transformer', modelSize: 4, heads: 1, layers: 1, feedForwardSize: 4 }
const positions = { type: 'learned', length: 3 }
const vocabularies = { version: 1, sourceVocabularySize: 9, targetVocabularySize: 9 }
const pair = (source: number[], target: number[]) => ({ source, target, index: 7 })

test('a source or target beyond the learned positions is refused by its place, <eos> counted', () => {
  const model = createModel({
    ...vocabularies,
    encoder: { ...layer, positions },
    decoder: { ...layer, positions },
  })
  expect(() => expectReadable(model, [pair([4, 5], [4, 5])])).not.toThrow()
  expect(() => expectReadable(model, [pair([4, 5, 6], [4])])).toThrow(DataError)
  expect(() => expectReadable(model, [pair([4], [4, 5, 6])])).toThrow(
    /the target of pair 7 has 4 tokens, <eos> counted; the model reads at most 3/,
  )
})

test('an RNN reads any length', () => {
  const rnn = { type: 'rnn', embeddingSize: 2, hiddenSize: 2 }
  const model = createModel({ ...vocabularies, encoder: rnn, decoder: rnn })
  expect(() => expectReadable(model, [pair(new Array(500).fill(4), [4])])).not.toThrow()
})

test('a model of frames takes no vocabulary from the source tokenizer, and reads no texts', () => {
  const tokenizer = buildTokenizer(['ab'], { type: 'char' })
  const encoder = { ...layer, input: { type: 'frames', features: 2, kernel: 3, strides: [2] } }
  const model = createSeq2Seq({
    config: { version: 1, encoder, decoder: layer },
    tokenizers: { source: tokenizer, target: tokenizer },
    backend: reference(),
  })
  expect(model.config.sourceVocabularySize).toBe(0)
  expect(() => expectReadable(model.model, [])).toThrow(/this model reads frames/)
})
