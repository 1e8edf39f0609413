import type { Generated, GenerateOptions, HostArray, Model, Seq2Seq } from '@dragoman/core'
import {
  createModel,
  createSeq2Seq,
  createSplitter,
  createTokenizer,
  generate,
  readSafetensors,
  trace,
  Vocabulary,
} from '@dragoman/core'
import file from '../../goldens/reverse-transformer.json' with { type: 'json' }
import { floats, ints, scalar } from '../array.ts'
import { decodeBase64 } from '../base64.ts'
import type { CaseContext, ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { FixtureTensor } from './fixture.ts'
import { allFloats, goldenTolerances } from './fixture.ts'

/** Options as transformers' `generate` names them, and two that the script adds. */
interface SearchOptions {
  readonly max_new_tokens: number
  readonly suppress_tokens: readonly number[]
  readonly num_beams?: number
  readonly length_penalty?: number
  readonly early_stopping?: boolean | 'never'
  readonly no_repeat_ngram_size?: number
  readonly repetition_penalty?: number
  readonly min_new_tokens?: number
  readonly forced_bos_token_id?: number
  readonly forced_eos_token_id?: number
  readonly sequence_bias?: readonly (readonly [readonly [number], number])[]
  /** Follows the start token. */
  readonly prefix?: readonly number[]
  /** `repetition_penalty` on log-probabilities, where transformers would take logits: without beams. */
  readonly log_probability_repetition_penalty?: number
}

interface Expected {
  readonly ids: readonly number[]
  readonly finished: 'eos' | 'length'
  /** Of beams. */
  readonly score?: number
}

interface SearchFixture {
  readonly id: string
  readonly options: SearchOptions
  /** Ids with `<eos>`. */
  readonly sources: readonly (readonly number[])[]
  readonly hypotheses: readonly (readonly Expected[])[]
}

interface Fixture {
  readonly config: {
    readonly vocabularySize: number
    readonly modelSize: number
    readonly heads: number
    readonly layers: number
    readonly feedForwardSize: number
  }
  readonly weights: string
  readonly forward: {
    readonly source: FixtureTensor
    readonly lengths: readonly number[]
    readonly ids: FixtureTensor
    readonly memory: FixtureTensor
    readonly logits: FixtureTensor
    readonly attention: Readonly<Record<string, FixtureTensor>>
  }
  readonly searches: readonly SearchFixture[]
}

const fixture = file as unknown as Fixture

function modelConfig(): object {
  const { vocabularySize, ...sizes } = fixture.config
  const stack = { type: 'transformer', ...sizes, dropout: 0 }
  return {
    version: 1,
    sourceVocabularySize: vocabularySize,
    targetVocabularySize: vocabularySize,
    tiedEmbeddings: 'all',
    encoder: stack,
    decoder: { ...stack, outputBias: false },
  }
}

/**
 * A weight of Marian by core's name:
 *
 *   model.shared.weight                         shared.weight
 *   model.SIDE.layers.N.self_attn.*             SIDE.layers.N.self_attn.*
 *   model.decoder.layers.N.encoder_attn.*       decoder.layers.N.multihead_attn.*
 *   ….fc1, fc2                                  ….linear1, linear2
 *   ….self_attn_layer_norm                      ….norm1
 *   ….encoder_attn_layer_norm                   ….norm2
 *   ….final_layer_norm                          ….norm2 of the encoder, norm3 of the decoder
 */
function coreName(name: string): string {
  const last = name.startsWith('model.encoder.') ? 'norm2' : 'norm3'
  return name
    .replace(/^model\./, '')
    .replace('.self_attn_layer_norm.', '.norm1.')
    .replace('.encoder_attn_layer_norm.', '.norm2.')
    .replace('.final_layer_norm.', `.${last}.`)
    .replace('.encoder_attn.', '.multihead_attn.')
    .replace(/\.fc([12])\./, '.linear$1.')
}

function readWeights(): Map<string, HostArray> {
  const { tensors } = readSafetensors(decodeBase64(fixture.weights))
  return new Map([...tensors].map(([name, { shape, data }]) => [coreName(name), floats(shape, data)]))
}

/** Names of transformers' attentions as core's. */
function attentionName(name: string): string {
  return name.replace('.self', '.self_attn').replace('.cross', '.multihead_attn')
}

function forwardGraph({ encoder, decoder }: Model) {
  return trace('forward', (place) => {
    const source = place.input('source', 'int', ['batch', 'source'])
    const lengths = place.input('lengths', 'int', ['batch'])
    const ids = place.input('ids', 'int', ['batch', 'target'])
    const encoded = encoder.encode(source, lengths)
    const { logits, attention = {} } = decoder.sequence(ids, encoded)
    const named = (side: string, weights: typeof attention) =>
      Object.entries(weights).map(([name, value]) => [`${side}.${name}`, value] as const)
    return {
      memory: encoded.memory,
      logits,
      ...Object.fromEntries([...named('encoder', encoded.attention ?? {}), ...named('decoder', attention)]),
    }
  })
}

const forward = conformanceCase('goldens', 'reverse-transformer teacher forcing', async (context) => {
  const { source, lengths, ids, memory, logits, attention } = fixture.forward
  const got = await context.run(forwardGraph(createModel(modelConfig())), {
    source: ints(source.shape, source.data),
    lengths: ints([lengths.length], lengths),
    ids: ints(ids.shape, ids.data),
    ...Object.fromEntries(readWeights()),
  })
  const weights = Object.entries(attention).map(([name, tensor]) => [attentionName(name), tensor])
  const expected = allFloats({ memory, logits, ...Object.fromEntries(weights) })
  context.expectClose(got, expected, goldenTolerances)
})

/** transformers adds log-probabilities up in float32, so scores are no better than that. */
const scoreTolerances: Tolerances = {
  float64: { relative: 1e-5, of: 'each', absolute: 1e-5 },
  float32: { relative: 1e-5, of: 'each', absolute: 1e-4 },
}

/** What `<pad>` and `<sos>` are: never written by core, whatever the options. */
const neverWritten = new Set([0, 2])

/** What each of transformers' options is in core. */
const translations: {
  [N in keyof SearchOptions]-?: (value: NonNullable<SearchOptions[N]>) => GenerateOptions
} = {
  max_new_tokens: (maxLength) => ({ maxLength }),
  suppress_tokens: (ids) => {
    const suppressTokens = ids.filter((id) => !neverWritten.has(id))
    return suppressTokens.length > 0 ? { suppressTokens } : {}
  },
  num_beams: (beams) => ({ beams, nbest: beams }),
  length_penalty: (lengthPenalty) => ({ lengthPenalty }),
  early_stopping: (earlyStopping) => ({ earlyStopping }),
  no_repeat_ngram_size: (noRepeatNgramSize) => ({ noRepeatNgramSize }),
  repetition_penalty: (repetitionPenalty) => ({ repetitionPenalty }),
  min_new_tokens: (minLength) => ({ minLength }),
  forced_bos_token_id: (forcedFirst) => ({ forcedFirst }),
  forced_eos_token_id: (forcedLast) => ({ forcedLast }),
  sequence_bias: (biases) => ({ tokenBias: biases.map(([[id], bias]) => [id, bias] as const) }),
  prefix: (targetPrefix) => ({ targetPrefix }),
  log_probability_repetition_penalty: (repetitionPenalty) => ({ repetitionPenalty }),
}

function coreOptions(options: SearchOptions): GenerateOptions {
  const parts = Object.entries(options).map(([name, value]) =>
    (translations[name as keyof SearchOptions] as (value: unknown) => GenerateOptions)(value),
  )
  return Object.assign({}, ...parts) as GenerateOptions
}

/** A digit d is token 4 + d. */
function loadModel({ backend }: CaseContext): Seq2Seq {
  const tokenizer = createTokenizer(createSplitter('char'), new Vocabulary('0123456789'))
  const seq2seq = createSeq2Seq({
    config: modelConfig(),
    tokenizers: { source: tokenizer, target: tokenizer },
    backend,
  })
  seq2seq.setWeights(readWeights())
  return seq2seq
}

function textOf(source: readonly number[]): string {
  return source
    .slice(0, -1)
    .map((id) => String(id - 4))
    .join('')
}

function searchCase({ id, options, sources, hypotheses }: SearchFixture): ConformanceCase {
  return conformanceCase('goldens', `reverse-transformer ${id}`, async (context) => {
    const seq2seq = loadModel(context)
    try {
      const found = await generate(seq2seq, sources.map(textOf), coreOptions(options))
      for (const [i, expected] of hypotheses.entries()) {
        expectHypotheses(context, `source ${textOf(sources[i]!)}`, found[i]!, expected)
      }
    } finally {
      await seq2seq.dispose()
    }
  })
}

function expectHypotheses(
  context: CaseContext,
  source: string,
  { hypotheses }: Generated,
  expected: readonly Expected[],
): void {
  context.expectSame(`${source}: hypotheses`, hypotheses.length, expected.length)
  for (const [n, { ids, finished, score }] of expected.entries()) {
    const found = hypotheses[n]!
    const place = `${source}, hypothesis ${n}`
    context.expectSame(place, [...found.ids].join(' '), ids.join(' '))
    context.expectSame(`${place}: finished by`, found.finished, finished)
    if (score === undefined) continue
    context.expectClose({ [place]: scalar(found.score) }, { [place]: scalar(score) }, scoreTolerances)
  }
}

/**
 * A Transformer that was trained with transformers to reverse digits: the same logits and attention, and
 * from `generate` the same tokens with the same scores, best first, for every option that both have.
 *
 * Without beams transformers penalises repetition in logits, with beams in log-probabilities. Core always
 * does the latter, so that one beam is greedy; that one case is not among these.
 */
export function reverseTransformerGoldens(): ConformanceCase[] {
  const searches = fixture.searches.filter(({ id }) => id !== 'greedy-repetition-penalty-of-logits')
  return [forward, ...searches.map(searchCase)]
}
