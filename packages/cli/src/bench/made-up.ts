import { type Pair, RandomStream, type Seq2Seq, siteOf } from '@dragoman/core'
import { UsageError } from '../usage-error.ts'

/** Tokens of a text that is made up. */
const length = 24
/** Ids below are special tokens. */
const firstWord = 4

/** Sources of random tokens of the model, for who has none at hand: the same for the same model. */
export function madeUpSources({ model, tokenizers }: Seq2Seq, count: number): string[] {
  if (model.config.encoder.input?.type === 'frames') {
    throw new UsageError({
      option: 'DIR',
      problem: 'the model reads frames, and the command knows only texts',
      hint: 'measure it in a program, with frames of your own',
    })
  }
  const { maxLength = Number.POSITIVE_INFINITY } = model.encoder
  return texts(tokenizers.source, 'source', count, Math.min(length, maxLength - 1))
}

/** As `madeUpSources`, each with a target. */
export function madeUpPairs(seq2seq: Seq2Seq, count: number): Pair[] {
  const sources = madeUpSources(seq2seq, count)
  const { maxLength = Number.POSITIVE_INFINITY } = seq2seq.model.decoder
  const { target } = seq2seq.tokenizers
  const targets = texts(target, 'target', count, Math.min(length, maxLength - 1))
  return sources.map((source, i) => ({ source, target: targets[i]! }))
}

function texts(
  { vocabulary, decode }: Seq2Seq['tokenizers']['source'],
  name: string,
  count: number,
  tokens: number,
): string[] {
  const words = new RandomStream(1).words(new Uint32Array(count * tokens), { step: 0, site: siteOf(name) })
  const ids = Array.from(words, (word) => firstWord + (word % Math.max(1, vocabulary.size - firstWord)))
  return Array.from({ length: count }, (_, row) => decode(ids.slice(row * tokens, (row + 1) * tokens)))
}
