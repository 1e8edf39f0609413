import type { SourceBatch } from '../data/index.ts'
import { collateSources } from '../data/index.ts'
import { OptionError } from '../errors.ts'
import type { Tokenizer } from '../text/index.ts'
import { EOS_ID, SPECIAL_TOKENS } from '../text/index.ts'

/** A source as a decoder's user sees it and as a model reads it. */
export interface TokenizedSource {
  /** Place in the call. */
  readonly index: number
  readonly text: string
  /** As in the text, unknown ones too; `<eos>` last. One for each state of the encoder. */
  readonly tokens: readonly string[]
  /** Without `<eos>`, which batching adds. */
  readonly ids: Int32Array
}

/** Sources of like lengths, as one padded array. */
export interface TokenizedBatch extends SourceBatch {
  readonly sources: readonly TokenizedSource[]
}

/** The sources of a call. Throws OptionError for one that is no text. */
export function tokenizeSources(texts: readonly string[], tokenizer: Tokenizer): TokenizedSource[] {
  return texts.map((text, index) => {
    if (typeof text !== 'string') {
      throw new OptionError({ option: 'sources', problem: `source ${index} is ${typeof text}, not a text` })
    }
    const tokens = [...tokenizer.tokenize(text), SPECIAL_TOKENS[EOS_ID]]
    return { index, text, tokens, ids: tokenizer.encode(text) }
  })
}

/** Sources put together by length, so that little padding is needed. */
export function sourceBatches(
  sources: readonly TokenizedSource[],
  { batchSize, lengthMultiple }: { readonly batchSize: number; readonly lengthMultiple: number },
): TokenizedBatch[] {
  const sorted = [...sources].sort((a, b) => a.ids.length - b.ids.length || a.index - b.index)
  return chunks(sorted, batchSize).map((chunk) => {
    const ids = chunk.map((source) => source.ids)
    return { ...collateSources(ids, { lengthMultiple }), sources: chunk }
  })
}

/** Parts of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size))
  return parts
}
