import { expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import type { Pair } from '../data/index.ts'
import { createSeq2Seq } from '../models/seq2seq.ts'
import { memoryStore } from '../storage/index.ts'
import { buildTokenizer } from '../text/index.ts'
import { train } from './train.ts'

const pairs: Pair[] = ['ab', 'ba', 'abc', 'cab', 'bca', 'cc', 'a', 'bb'].map((source) => ({
  source,
  target: [...source].reverse().join(''),
}))
const make = (seed = 1) => {
  const tokenizers = {
    source: buildTokenizer(
      pairs.map((p) => p.source),
      { type: 'char' },
    ),
    target: buildTokenizer(
      pairs.map((p) => p.target),
      { type: 'char' },
    ),
  }
  return createSeq2Seq(
    {
      config: {
        version: 1,
        encoder: { type: 'rnn', cell: 'gru', embeddingSize: 8, hiddenSize: 12, dropout: 0.1 },
        decoder: {
          type: 'rnn',
          cell: 'gru',
          embeddingSize: 8,
          hiddenSize: 12,
          attention: { score: 'general' },
          output: { from: ['state', 'context'] },
        },
      },
      tokenizers,
      backend: reference(),
    },
    { seed },
  )
}
test('loss falls', async () => {
  const m = make()
  const losses: number[] = []
  for await (const e of train(m, pairs, {
    steps: 60,
    batch: { size: 4 },
    schedule: { type: 'constant', learningRate: 0.01 },
  }))
    if (e.type === 'step') losses.push(e.loss)
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
})
test('resume', async () => {
  const store = memoryStore()
  const run = async (m: ReturnType<typeof make>, options: object) => {
    const l: number[] = []
    for await (const e of train(m, pairs, { batch: { size: 3 }, accumulate: 2, ...options } as never))
      if (e.type === 'step') l.push(e.loss)
    return l
  }
  const whole = await run(make(), { steps: 9 })
  const first = await run(make(), { steps: 4, checkpoint: { store } })
  const rest = await run(make(7), { steps: 9, checkpoint: { store }, resume: true })
  expect([...first, ...rest]).toEqual(whole)
})
