import { cpu } from '@dragoman/backend-cpu'
import { type Backend, buildTokenizer, createSeq2Seq, stream } from '@dragoman/core'
import { median, round } from '../measure.ts'
import { base, type Position, vocabulary } from './growth.ts'
import { configs } from './models.ts'

/** Tokens of a target. */
const length = 512
/** Where the time is told: the median of the tokens around. */
const told = [4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 500]
const around = 4

/** The time of a token against its position, for one source at a time. */
export async function measurePositions(rounds: number): Promise<Position[]> {
  const backend = await cpu({ threads: 1 })
  const positions: Position[] = []
  for (const model of Object.keys(configs)) {
    const times = await timesOf(backend, model, rounds)
    for (const position of told) {
      const near = times.slice(position - around, position + around).flat()
      positions.push({ model, position, medianMs: round(median(near)) })
    }
  }
  await backend.dispose()
  return positions
}

/** Milliseconds of every token, by position; one more decoding goes ahead to warm up. */
async function timesOf(backend: Backend, name: string, rounds: number): Promise<number[][]> {
  const words = Array.from({ length: vocabulary - 4 }, (_, i) => `w${i}`)
  const tokenizer = buildTokenizer(words, { type: 'space' })
  const parts = {
    config: configs[name]!(base),
    tokenizers: { source: tokenizer, target: tokenizer },
    backend,
  }
  const model = createSeq2Seq(parts, { seed: 1 })
  const source = words.slice(0, base.length - 1).join(' ')
  const times = Array.from({ length }, (): number[] => [])
  for (let i = 0; i <= rounds; i++) {
    let before = performance.now()
    let position = 0
    for await (const _ of stream(model, source, { minLength: length - 1, maxLength: length })) {
      const now = performance.now()
      if (i > 0) times[position]?.push(now - before)
      position++
      before = now
    }
  }
  await model.dispose()
  return times
}
