import { adamw, buildTokenizer, createSeq2Seq, encode, generate, train } from '@dragoman/core'
import { recorder } from './recorder.mjs'

const pairs = ['ab', 'ba', 'abc', 'cab', 'bca', 'cc'].map((source) => ({
  source,
  target: [...source].reverse().join(''),
}))

// A large ε, for a gradient that is 0 but for its rounding would else become a step of full size.
const optimizer = adamw({ epsilon: 1e-3 })

const rnn = (cell, layers) => ({ type: 'rnn', cell, embeddingSize: 4, hiddenSize: 4, layers })
const transformer = {
  type: 'transformer',
  modelSize: 8,
  layers: 2,
  heads: 2,
  feedForwardSize: 16,
  dropout: 0,
}

const models = {
  lstm: {
    encoder: { ...rnn('lstm', 2), dropout: 0.1, bidirectional: true },
    decoder: {
      ...rnn('lstm', 2),
      bridge: 'dense',
      attention: { score: 'general' },
      output: { from: ['context', 'state'] },
    },
  },
  gru: { encoder: rnn('gru', 1), decoder: rnn('gru', 1) },
  transformer: { encoder: transformer, decoder: transformer },
}

/**
 * Small models, two train steps, two encoded sources and a beam search of each, as runs of graphs.
 *
 * @param {ReadonlySet<import('@dragoman/core').CompositeName>} composites what stays whole in the graphs
 * @returns of each model: its name, the model, the names of its weights, and what {@link recorder} kept
 */
export async function modelSamples(composites) {
  const samples = []
  for (const [name, layers] of Object.entries(models)) {
    const records = []
    const backend = recorder(composites, (record) => records.push(record))
    const tokenizer = buildTokenizer(
      pairs.map(({ source }) => source),
      { type: 'char' },
    )
    const tokenizers = { source: tokenizer, target: tokenizer }
    const seq2seq = createSeq2Seq({ config: { version: 1, ...layers }, tokenizers, backend }, { seed: 1 })
    for await (const _ of train(seq2seq, pairs, { steps: 2, optimizer, clipNorm: 1, clock: () => 0 })) {
      // Only the runs matter.
    }
    await encode(seq2seq, ['cab', 'ab'])
    await generate(seq2seq, ['ab', 'cab'], { beams: 2, maxLength: 3 })
    const weights = new Set(seq2seq.model.parameters.map(({ path }) => path))
    samples.push({ name, seq2seq, weights, records })
  }
  return samples
}
