import { describe, expect, test } from 'vitest'
import { gradients } from '../autodiff/gradients.ts'
import { reference } from '../backend/reference/reference.ts'
import { OptionError } from '../errors.ts'
import { mul } from '../graph/elementwise.ts'
import { reduceMean } from '../graph/reduce.ts'
import { trace } from '../graph/trace.ts'
import { Randomness } from '../nn/random.ts'
import type { CaseArray } from '../testing/op-case.ts'
import { idArray, ints, runGraph, weightsFor } from '../testing/run-model.ts'
import { pairs, stepsOf, trainAll } from '../testing/small-model.ts'
import { buildTokenizer } from '../text/index.ts'
import { createModel } from './model.ts'
import { createSeq2Seq } from './seq2seq.ts'

const stack = { type: 'transformer', modelSize: 8, layers: 2, heads: 2, feedForwardSize: 16, dropout: 0 }
const rnn = { type: 'rnn', cell: 'lstm', embeddingSize: 8, hiddenSize: 8 }
const attending = { attention: { score: 'general' }, output: { from: ['state', 'context'] } }
const relative = { positions: { type: 'relative', buckets: 4, maxDistance: 8 } }

/** Every encoder with every decoder, and every way to tie. */
const mixtures: Readonly<Record<string, { encoder: object; decoder: object; tiedEmbeddings?: string }>> = {
  'Transformer to Transformer': { encoder: stack, decoder: stack },
  'pre-norm, relative, gated': {
    encoder: { ...stack, ...relative, normPlacement: 'pre', activation: 'swiglu' },
    decoder: { ...stack, ...relative, normPlacement: 'pre', activation: 'geglu', norm: 'rms' },
  },
  'learned positions, tied two ways': {
    encoder: { ...stack, positions: { type: 'learned', length: 8 } },
    decoder: { ...stack, positions: { type: 'learned', length: 8 } },
    tiedEmbeddings: 'target',
  },
  'rotary, tied three ways': {
    encoder: { ...stack, positions: { type: 'rotary' } },
    decoder: { ...stack, positions: { type: 'rotary' }, keyHeads: 1 },
    tiedEmbeddings: 'all',
  },
  'ALiBi to SSRU': {
    encoder: { ...stack, positions: { type: 'alibi' } },
    decoder: { ...stack, selfAttention: 'ssru' },
  },
  'RNN to Transformer': { encoder: { ...rnn, bidirectional: true }, decoder: stack },
  'Transformer to RNN': { encoder: stack, decoder: { ...rnn, ...attending } },
  'Transformer to RNN, from the mean': {
    encoder: stack,
    decoder: { ...rnn, context: 'every-step', bridge: 'zero' },
  },
  'RNN to RNN, tied three ways': { encoder: rnn, decoder: { ...rnn }, tiedEmbeddings: 'all' },
}

describe.each(Object.entries(mixtures))('%s', (_, mixture) => {
  test('learns', async () => {
    const tokenizer = buildTokenizer(
      pairs.map(({ source }) => source),
      { type: 'char' },
    )
    const tokenizers = { source: tokenizer, target: tokenizer }
    const seq2seq = createSeq2Seq(
      { config: { version: 1, ...mixture }, tokenizers, backend: reference() },
      { seed: 3 },
    )
    const schedule = { type: 'constant', learningRate: 0.01 } as const
    const losses = stepsOf(await trainAll(seq2seq, { steps: 12, batch: { size: 8 }, schedule })).map(
      ({ loss }) => loss,
    )
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.25)
    await seq2seq.dispose()
  })
})

/** Two sources of 3 and 2 tokens, and two of 9 and 4 frames of 2 numbers, of which 4 make an entry. */
const tokens = idArray([
  [4, 5, 6],
  [6, 4, 0],
])
const recordings: CaseArray = {
  kind: 'float',
  shape: [2, 3, 8],
  data: Array.from({ length: 48 }, (_, i) => Math.sin(i)),
}

describe('every weight has a gradient', () => {
  const frames = { input: { type: 'frames', features: 2 } }
  const all = {
    ...mixtures,
    'frames to Transformer': { encoder: { ...stack, ...frames }, decoder: stack },
    'frames to RNN': { encoder: { ...rnn, ...frames }, decoder: { ...rnn, ...attending } },
  }

  test.each(Object.entries(all))('%s', async (_, mixture) => {
    const hasFrames = 'input' in mixture.encoder
    const sizes = { sourceVocabularySize: hasFrames ? 0 : 7, targetVocabularySize: 7 }
    const model = createModel({ version: 1, ...sizes, ...mixture })
    const { kind, shape } = model.encoder.source
    const graph = trace('gradients', (t) => {
      const encoded = model.encoder.encode(
        t.input('source', kind, shape),
        t.input('lengths', 'int', ['batch']),
      )
      const { logits } = model.decoder.sequence(t.input('target', 'int', ['batch', 'target']), encoded)
      const weights = model.parameters.map((parameter) => t.parameter(parameter))
      const all = gradients(reduceMean(mul(logits, logits)), weights)
      return Object.fromEntries(model.parameters.map(({ path }, i) => [path, all[i]!]))
    })
    const found = await runGraph(graph, weightsFor(model.parameters), {
      source: hasFrames ? recordings : tokens,
      lengths: ints(hasFrames ? [9, 4] : [3, 2]),
      target: idArray([
        [1, 5, 4, 4],
        [1, 6, 5, 0],
      ]),
    })
    for (const [path, { data }] of Object.entries(found)) {
      const largest = Math.max(...data.map(Math.abs))
      // A bias of the keys adds the same to all scores of a query, which softmax does not see, unless it
      // is turned by the position.
      const isTurned = path.includes('self_attn') && JSON.stringify(mixture).includes('rotary')
      if (path.endsWith('k_proj.bias') && !isTurned) expect(largest, path).toBeLessThan(1e-12)
      else expect(largest, path).toBeGreaterThan(1e-9)
    }
  })
})

test('a Transformer decoder refuses scheduled sampling', () => {
  const model = createModel({
    version: 1,
    sourceVocabularySize: 7,
    targetVocabularySize: 7,
    encoder: rnn,
    decoder: stack,
  })
  const sampled = () =>
    trace('sampled', (t) => {
      const source = t.input('source', 'int', ['batch', 'source'])
      const encoded = model.encoder.encode(source, t.input('lengths', 'int', ['batch']))
      const isTeacher = t.input('isTeacher', 'bool', ['batch', 'target'])
      const ids = t.input('ids', 'int', ['batch', 'target'])
      return { logits: model.decoder.sequence(ids, encoded, { isTeacher }).logits }
    })
  expect(sampled).toThrow(OptionError)
  expect(sampled).toThrow(/use an RNN decoder/)
})

test('dropout acts at each of its places, and each draws a mask of its own', () => {
  const dropping = { ...stack, dropout: 0.1, attentionDropout: 0.1, activationDropout: 0.1 }
  const sizes = { sourceVocabularySize: 7, targetVocabularySize: 7 }
  const model = createModel({ version: 1, ...sizes, encoder: dropping, decoder: dropping })
  const graph = trace('dropping', (t) => {
    const random = new Randomness(t.input('key', 'int', [3]))
    const source = t.input('source', 'int', ['batch', 'source'])
    const encoded = model.encoder.encode(source, t.input('lengths', 'int', ['batch']), random)
    const ids = t.input('ids', 'int', ['batch', 'target'])
    return { logits: model.decoder.sequence(ids, encoded, { random }).logits }
  })
  const masks = graph.nodes.filter((node) => node.op === 'dropoutMask')
  // Embeddings; per encoder layer two sub-layers, weights and inner units; per decoder layer three, two and one.
  expect(masks.length).toBe(2 + 2 * 4 + 2 * 6)
  expect(new Set(masks.map(({ attributes }) => attributes.site)).size).toBe(masks.length)
})
