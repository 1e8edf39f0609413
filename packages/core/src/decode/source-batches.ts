import { hostArray } from '../backend/binding.ts'
import type { HostArray } from '../backend/contract.ts'
import { collateSources } from '../data/index.ts'
import { OptionError } from '../errors.ts'
import type { FramesConfig } from '../models/config.ts'
import { frameBatch } from '../models/frame-batch.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { EOS_ID, SPECIAL_TOKENS } from '../text/index.ts'

/**
 * What a target is generated for: a text, or for a model that reads frames (`input: { type: 'frames' }`) a recording,
 * its frames one after another.
 */
export type Source = string | Float32Array

/** A source as a decoder's user sees it and as a model reads it. */
export interface TokenizedSource {
  /** Place in the call. */
  readonly index: number
  /** Empty for frames. */
  readonly text: string
  /** As in the text, unknown ones too; `<eos>` last. One for each state of the encoder; its number for frames. */
  readonly tokens: readonly string[]
  /** Without `<eos>`, which batching adds; none for frames. */
  readonly ids: Int32Array
  /** Only for a model that reads frames. */
  readonly frames?: Float32Array
}

/** Sources of like lengths, as one padded array. */
export interface TokenizedBatch {
  readonly sources: readonly TokenizedSource[]
  /** [B, S] or [B, S, features], as the encoder takes it. */
  readonly source: HostArray
  /** int [B], in tokens or frames. */
  readonly lengths: HostArray
  /** S, the states of the encoder, padding counted. */
  readonly width: number
}

/**
 * The sources of a call.
 *
 * @throws OptionError for one that is not what the model reads, or longer than it can read.
 */
export function readSources(
  sources: readonly Source[] | Source,
  { model, tokenizers }: Seq2Seq,
): TokenizedSource[] {
  const { maxLength = Number.POSITIVE_INFINITY } = model.encoder
  const all = Array.isArray(sources) ? sources : [sources]
  const frames = framesOf(model)
  return all.map((source: Source, index) => {
    const read = frames ? readFrames(source, index, frames) : readText(source, index, tokenizers.source)
    if (read.tokens.length > maxLength) {
      const length = `${read.tokens.length} tokens${read.frames ? '' : ', <eos> counted'}`
      fail(`source ${index} has ${length}; the model reads at most ${maxLength}`, 'split it, or leave it out')
    }
    return read
  })
}

/** How a model reads frames; none where it reads text. */
export function framesOf({ config: { encoder } }: Seq2Seq['model']): FramesConfig | undefined {
  return encoder.input?.type === 'frames' ? encoder.input : undefined
}

/** Each state of the encoder stands for as many frames as the strides multiply to. */
function readFrames(frames: Source, index: number, { features, strides }: FramesConfig): TokenizedSource {
  if (!(frames instanceof Float32Array)) {
    return fail(`source ${index} is no Float32Array: the model reads frames of ${features} numbers`)
  }
  if (frames.length === 0 || frames.length % features !== 0) {
    fail(`source ${index} has ${frames.length} numbers, which make no frames of ${features}`)
  }
  const width = strides.reduce((product, stride) => product * stride, features)
  const tokens = Array.from({ length: Math.ceil(frames.length / width) }, (_, i) => `${i}`)
  return { index, text: '', tokens, ids: new Int32Array(0), frames }
}

function readText(text: Source, index: number, tokenizer: Seq2Seq['tokenizers']['source']): TokenizedSource {
  if (typeof text !== 'string') fail(`source ${index} is ${typeof text}, not a text`)
  const tokens = [...tokenizer.tokenize(text), SPECIAL_TOKENS[EOS_ID]]
  return { index, text, tokens, ids: tokenizer.encode(text) }
}

function fail(problem: string, hint?: string): never {
  throw new OptionError({ option: 'sources', problem, hint })
}

/** Sources put together by length, so that little padding is needed. Throws OptionError for rounded lengths of frames. */
export function sourceBatches(
  sources: readonly TokenizedSource[],
  { model }: Seq2Seq,
  { batchSize, lengthMultiple }: { readonly batchSize: number; readonly lengthMultiple: number },
): TokenizedBatch[] {
  const frames = framesOf(model)
  if (frames && lengthMultiple > 1) {
    const problem = 'frames are padded to the longest recording'
    throw new OptionError({ option: 'lengthMultiple', problem, hint: 'leave it out' })
  }
  const sorted = [...sources].sort((a, b) => a.tokens.length - b.tokens.length || a.index - b.index)
  return chunks(sorted, batchSize).map((chunk) => {
    if (frames) {
      const recordings = chunk.map((source) => source.frames!)
      const { source, sourceLengths: lengths } = frameBatch(recordings, frames)
      return { sources: chunk, source, lengths, width: source.shape[1]! }
    }
    const ids = chunk.map((source) => source.ids)
    const { size, source, sourceLengths, maxSourceLength: width } = collateSources(ids, { lengthMultiple })
    return {
      sources: chunk,
      source: hostArray('int', [size, width], source),
      lengths: hostArray('int', [size], sourceLengths),
      width,
    }
  })
}

/** Parts of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size))
  return parts
}
