import { type Backend, buildTokenizer, createSeq2Seq, generate, train } from '@dragoman/core'
import { expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { onThreads } from './testing/compare-backends.ts'
import { kernels } from './testing/kernels.ts'

const letters = [...'abcdefghij']
const config = {
  version: 1,
  encoder: { type: 'transformer', modelSize: 16, layers: 1, heads: 2, feedForwardSize: 24, dropout: 0.1 },
  decoder: {
    type: 'rnn',
    cell: 'lstm',
    embeddingSize: 16,
    hiddenSize: 16,
    attention: { score: 'general' },
    output: { from: ['state', 'context'] },
  },
}
const pairs = Array.from({ length: 80 }, (_, i) => {
  const source = Array.from({ length: 1 + (i % 8) }, (_, k) => letters[(i + 3 * k) % letters.length]!)
  return { source: source.join(''), target: source.toReversed().join('') }
})
const ways: readonly (readonly [string, () => Promise<Backend>])[] = [
  ['one thread', () => cpu({ wasm: kernels, threads: 1 })],
  ['two threads', () => onThreads(2)],
]

// The long form is `memory` of the benchmarks.
test.each(ways)('memory stays as it is while a model is trained and asked, on %s', async (_, make) => {
  const backend = await make()
  const memory = () => ({ ...backend.live(), memoryBytes: backend.info().memoryBytes })
  const tokenizer = buildTokenizer(letters, { type: 'char' })
  const parts = { config, tokenizers: { source: tokenizer, target: tokenizer }, backend }
  const seq2seq = createSeq2Seq(parts, { seed: 1 })

  const trained: object[] = []
  for await (const event of train(seq2seq, pairs, { steps: 100, batch: { size: 8 } })) {
    // After two epochs every size has been seen.
    if (event.type === 'step' && event.step >= 20) trained.push(memory())
  }
  for (const later of trained) expect(later).toEqual(trained[0])

  const decoded: object[] = []
  const sources = pairs.slice(0, 8).map(({ source }) => source)
  for (let tokens = 0; tokens < 2000; tokens += 8 * 20) {
    await generate(seq2seq, sources, { minLength: 20, maxLength: 20 })
    decoded.push(memory())
  }
  for (const later of decoded) expect(later).toEqual(decoded[0])

  await seq2seq.dispose()
  expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  await backend.dispose()
})
