import {
  type Backend,
  buildTokenizer,
  createSeq2Seq,
  EOS_ID,
  type Seq2Seq,
  type Tokenizer,
} from '@dragoman/core'
import { decodingSizes } from './decoding-sizes.ts'
import type { DecodingGroup } from './names.ts'
import { randomIds } from './random-ids.ts'
import { transformerConfig } from './training.ts'
import { type TransformerSizes, transformers } from './transformer-sizes.ts'

/** Every target has the same length: the end is suppressed until the last token. */
export const decodingOptions: Readonly<Record<'minLength' | 'maxLength', number>> = {
  minLength: decodingSizes.steps - 1,
  maxLength: decodingSizes.steps,
}

/** The tokenizer: made-up words. */
function decodingTokenizer({ vocabulary }: TransformerSizes): Tokenizer {
  const words = Array.from({ length: vocabulary - 4 }, (_, i) => `w${i}`)
  return buildTokenizer(words, { type: 'space' })
}

/** What a group decodes with; `DS` has the weights that `TT` starts with. */
export function decodingModel(backend: Backend, group: DecodingGroup): Seq2Seq {
  const shape = transformers[group]
  const tokenizer = decodingTokenizer(shape)
  const config = transformerConfig(shape)
  return createSeq2Seq({ config, tokenizers: { source: tokenizer, target: tokenizer }, backend }, { seed: 1 })
}

/** Sources; with the end, which is added to each, they have 24 tokens. */
export function decodingSources(group: DecodingGroup, count: number): string[] {
  const length = decodingSizes.source - 1
  const ids = randomIds('source', count * length, transformers[group].vocabulary)
  return Array.from({ length: count }, (_, row) =>
    Array.from(ids.subarray(row * length, (row + 1) * length), (id) => `w${id - 4}`).join(' '),
  )
}

/** The same as ids, one row after another, each with its end. */
export function decodingSourceIds(group: DecodingGroup, count: number): Int32Array {
  const tokenizer = decodingTokenizer(transformers[group])
  const sources = decodingSources(group, count)
  return Int32Array.from(sources.flatMap((text) => [...tokenizer.encode(text), EOS_ID]))
}
