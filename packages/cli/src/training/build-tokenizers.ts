import { buildTokenizer, ConfigError, type Pair, type TokenizerPair } from '@dragoman/core'
import type { TrainingConfig } from './training-config.ts'

/**
 * The tokenizers of a run, with the vocabulary of its pairs. A model whose embeddings are tied three ways
 * has one tokenizer with one joint vocabulary.
 *
 * @throws ConfigError when such a model is to cut source and target in different ways.
 */
export function buildTokenizers(
  pairs: readonly Pair[],
  { model, tokenizers }: TrainingConfig,
): TokenizerPair {
  const sources = pairs.map(({ source }) => source)
  const targets = pairs.map(({ target }) => target)
  if (model.tiedEmbeddings !== 'all') {
    return {
      source: buildTokenizer(sources, tokenizers.source),
      target: buildTokenizer(targets, tokenizers.target),
    }
  }
  const [source, target] = [tokenizers.source, tokenizers.target].map((each) =>
    JSON.stringify(Object.entries(each).sort()),
  )
  if (source !== target) {
    throw new ConfigError({
      path: 'tokenizers',
      problem: 'the model has one embedding for both sides, so both must be cut alike',
      hint: 'give source and target the same tokens, such as --source-tokens char --target-tokens char',
    })
  }
  const joint = buildTokenizer([...sources, ...targets], tokenizers.source)
  return { source: joint, target: joint }
}
