// Trains a model that turns words round, and says what it has learned; any backend will do.
import { buildTokenizer, createSeq2Seq, generate, train } from '@dragoman/core'

export async function trainOn(backend) {
  const words = ['tac', 'xof', 'drib', 'esuom']
  const pairs = words.map((source) => ({ source, target: [...source].reverse().join('') }))
  const tokenizer = buildTokenizer(words, { type: 'char' })
  const layer = { type: 'rnn', cell: 'gru', embeddingSize: 16, hiddenSize: 32 }
  const decoder = { ...layer, attention: { score: 'general' }, output: { from: ['state', 'context'] } }
  const config = { version: 1, encoder: layer, decoder }
  const tokenizers = { source: tokenizer, target: tokenizer }
  const model = createSeq2Seq({ config, tokenizers, backend }, { seed: 1 })
  for await (const _ of train(model, pairs, { epochs: 200, batch: { size: 4 } })) {
    // A page would show the loss.
  }
  return (await generate(model, words)).map(({ text }) => text)
}
