import type { Backend } from '../../backend/contract.ts'
import { reference } from '../../backend/reference/reference.ts'
import { Session } from '../../backend/session.ts'
import { add } from '../../graph/elementwise.ts'
import { gather } from '../../graph/indexing.ts'
import { full, take, zeros } from '../../graph/movement.ts'
import type { Parameter, Tensor } from '../../graph/tensor.ts'
import { readModelConfig } from '../../models/config-reader.ts'
import type { Model } from '../../models/model.ts'
import { createSeq2Seq, Seq2Seq } from '../../models/seq2seq.ts'
import {
  createTokenizer,
  SOS_ID,
  spaceSplitter,
  type Tokenizer,
  UNK_ID,
  Vocabulary,
} from '../../text/index.ts'

/** A tokenizer of words between spaces. */
export function spaceTokenizer(words: string): Tokenizer {
  return createTokenizer(spaceSplitter(), new Vocabulary(words.split(' ')))
}

const sourceTokenizer = spaceTokenizer('a b c d e f g')
const targetTokenizer = spaceTokenizer('p q r s t')

/** Parts of a configuration; what is left out is small. */
export interface TinyConfig {
  readonly encoder: object
  readonly decoder: object
}

/** A decoder of each kind, small; encoders of several cells, layers and directions. */
export const tinyConfigs: Readonly<Record<string, TinyConfig>> = {
  'plain, context in the first state only': {
    encoder: { cell: 'elman' },
    decoder: { cell: 'elman' },
  },
  'plain, context at every step': {
    encoder: { cell: 'gru' },
    decoder: {
      cell: 'gru',
      context: 'every-step',
      output: { from: ['embedding', 'state', 'context'] },
    },
  },
  'Bahdanau: additive, previous state; bidirectional encoder': {
    encoder: { cell: 'gru', bidirectional: true },
    decoder: {
      cell: 'gru',
      bridge: 'dense',
      attention: { score: 'additive', size: 3, query: 'previous' },
      output: { from: ['state', 'context', 'embedding'] },
    },
  },
  'Luong: general, input feeding; two LSTM layers': {
    encoder: { cell: 'lstm', layers: 2 },
    decoder: {
      cell: 'lstm',
      layers: 2,
      attention: { score: 'general', inputFeeding: true },
      output: { from: ['context', 'state'], combine: 5 },
    },
  },
  'concat with coverage': {
    encoder: { cell: 'lstm' },
    decoder: {
      cell: 'lstm',
      attention: { score: 'concat', size: 4, coverage: true },
      output: { from: ['context', 'state'] },
    },
  },
  'scaled dot, no input feeding': {
    encoder: { cell: 'gru-reset-before', bidirectional: true },
    decoder: {
      cell: 'elman-relu',
      hiddenSize: 8,
      attention: { score: 'scaled-dot' },
      output: { from: ['context', 'state'] },
    },
  },
  'Transformer: post-norm, sinusoidal': {
    encoder: { type: 'transformer' },
    decoder: { type: 'transformer' },
  },
  'Transformer: pre-norm, rotary, grouped heads, behind an LSTM': {
    encoder: { cell: 'lstm', bidirectional: true },
    decoder: {
      type: 'transformer',
      normPlacement: 'pre',
      positions: { type: 'rotary' },
      keyHeads: 1,
      activation: 'swiglu',
      norm: 'rms',
    },
  },
  'SSRU behind a Transformer with relative positions': {
    encoder: { type: 'transformer', positions: { type: 'relative' } },
    decoder: { type: 'transformer', selfAttention: 'ssru' },
  },
}

/** Any encoder with any decoder, by chance; all have attention. */
export function randomMixture(pick: (count: number) => number): TinyConfig {
  const positions = () => ({ positions: positionKinds[pick(positionKinds.length)]! })
  const stack = () => ({
    type: 'transformer',
    normPlacement: ['pre', 'post'][pick(2)]!,
    norm: ['layer', 'rms'][pick(2)]!,
    keyHeads: 1 + pick(2),
    ...positions(),
  })
  const rnn = { cell: ['lstm', 'gru'][pick(2)]!, layers: 1 + pick(2) }
  const attention = {
    bridge: 'dense',
    attention: { score: 'general' },
    output: { from: ['context', 'state'] },
  }
  const encoder = pick(2) === 0 ? stack() : { ...rnn, bidirectional: pick(2) === 0 }
  const ssru = { ...stack(), selfAttention: 'ssru', positions: { type: 'none' } }
  return { encoder, decoder: [stack(), ssru, { ...rnn, ...attention }][pick(3)]! }
}

const positionKinds = [
  { type: 'sinusoidal' },
  { type: 'learned', length: 100 },
  { type: 'rotary' },
  { type: 'relative' },
  { type: 'alibi' },
  { type: 'none' },
]

const tinySizes = {
  rnn: { type: 'rnn', embeddingSize: 3, hiddenSize: 4 },
  transformer: { type: 'transformer', modelSize: 8, heads: 2, layers: 2, feedForwardSize: 6 },
}

function sizesOf(part: { type?: string }): object {
  return part.type === 'transformer' ? tinySizes.transformer : tinySizes.rnn
}

/**
 * A small model with random weights, large enough for targets that differ, that never writes `<unk>`
 * (a hypothesis then reads back as the same ids).
 */
export async function tinySeq2Seq(
  config: string | TinyConfig,
  { seed = 1, scale = 2, backend = reference() }: { seed?: number; scale?: number; backend?: Backend } = {},
): Promise<Seq2Seq> {
  const { encoder, decoder } = typeof config === 'string' ? tinyConfigs[config]! : config
  const full = {
    version: 1,
    encoder: { ...sizesOf(encoder), ...encoder },
    decoder: { ...sizesOf(decoder), ...decoder },
  }
  const tokenizers = { source: sourceTokenizer, target: targetTokenizer }
  const seq2seq = createSeq2Seq({ config: full, tokenizers, backend }, { seed })
  const weights = await seq2seq.weights()
  for (const [path, { data }] of weights) {
    for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale
    if (path === 'decoder.output.bias') data[UNK_ID] = -1000
  }
  seq2seq.setWeights(weights)
  return seq2seq
}

/** The tables of a rule model, [V, V] each; position is [most steps, V]. */
export interface RuleTables {
  readonly position: readonly (readonly number[])[]
  readonly source: readonly (readonly number[])[]
  readonly previous: readonly (readonly number[])[]
  readonly before: readonly (readonly number[])[]
}

/**
 * A model without layers: the logits of the next token are
 * source[x₁] + previous[y_{t−1}] + before[y_{t−2}] + position[t]. The goldens of `beam-search.py` have the
 * same rule. Source and target share their tokens.
 */
export function ruleSeq2Seq(tables: RuleTables, backend: Backend = reference()): Seq2Seq {
  const V = tables.source.length
  const declare = (name: keyof RuleTables): Parameter => ({
    path: `rule.${name}`,
    shape: [tables[name].length, V],
    initializer: { type: 'zeros' },
  })
  const [source, previous, before] = [declare('source'), declare('previous'), declare('before')]
  const position = declare('position')
  const rnn = { type: 'rnn', embeddingSize: 1, hiddenSize: 1 }
  const model: Model = {
    config: readModelConfig({
      version: 1,
      sourceVocabularySize: V,
      targetVocabularySize: V,
      encoder: rnn,
      decoder: rnn,
    }),
    parameters: [source, previous, before, position],
    encoder: {
      outputSize: V,
      source: { kind: 'int', shape: ['batch', 'source'] },
      encode(ids: Tensor<'int'>) {
        const memory = gather<'float'>(source, ids)
        const isReal = zeros(ids, 'bool', ids.shape)
        return { memory, isReal, context: take(memory, 1, 0), final: [] }
      },
    },
    decoder: {
      caches: [],
      start({ context }) {
        const rows = [context.size(0)]
        const state = { before: full(context, 'int', rows, SOS_ID), t: zeros(context, 'int', rows) }
        return { state, memory: { logits: context } }
      },
      step(ids, state, memory) {
        const t = state.t as Tensor<'int'>
        const ofPrefix = add(
          gather<'float'>(previous, ids),
          gather<'float'>(before, state.before as Tensor<'int'>),
        )
        const fixed = add(memory.logits as Tensor<'float'>, gather<'float'>(position, t))
        return { logits: add(fixed, ofPrefix), state: { before: ids, t: add(t, 1) } }
      },
      sequence() {
        throw new Error('the rule model is not trained')
      },
    },
  }
  const words = Array.from({ length: V - 4 }, (_, i) => String.fromCharCode(97 + i)).join(' ')
  const tokenizer = spaceTokenizer(words)
  const session = new Session(backend)
  for (const name of ['source', 'previous', 'before', 'position'] as const) {
    const data = Float32Array.from(tables[name].flat())
    session.set(`rule.${name}`, { kind: 'float', shape: [tables[name].length, V], data })
  }
  return new Seq2Seq(model, { source: tokenizer, target: tokenizer }, session)
}
