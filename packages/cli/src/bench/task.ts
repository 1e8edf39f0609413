import { type GenerateOptions, generate, type Pair, type Seq2Seq, train } from '@dragoman/core'
import { tokensOf } from '../comparison/measure.ts'

/** What is timed: one round of it gives how many target tokens it dealt with, `<eos>` counted. */
export interface BenchTask {
  round(): Promise<number>
  /** Gives back what the rounds keep. */
  end(): Promise<void>
}

/** A round decodes all sources. */
export function decodingTask(
  seq2seq: Seq2Seq,
  sources: readonly string[],
  options: GenerateOptions,
): BenchTask {
  return {
    async round() {
      return tokensOf((await generate(seq2seq, sources, options)).map(({ best }) => best))
    },
    async end() {},
  }
}

/** A round is one step on all pairs, in one batch; the model changes. */
export function trainingTask(seq2seq: Seq2Seq, pairs: readonly Pair[], steps: number): BenchTask {
  const events = train(seq2seq, pairs, { steps, batch: { by: 'count', size: pairs.length } })
  return {
    async round() {
      const { value } = await events.next()
      return value?.type === 'step' ? value.tokens : 0
    },
    async end() {
      await events.return()
    },
  }
}
