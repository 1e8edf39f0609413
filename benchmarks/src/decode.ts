import { cpu } from '@dragoman/backend-cpu'
import {
  buildTokenizer,
  createSeq2Seq,
  generate,
  RandomStream,
  type Seq2Seq,
  siteOf,
  stream,
} from '@dragoman/core'
import { measure, median, type Row, round } from './measure.ts'
import { pytorch } from './pytorch.ts'

const [sourceLength, steps, vocabulary] = [24, 32, 4000]
const stack = {
  type: 'transformer',
  modelSize: 256,
  layers: 3,
  heads: 4,
  feedForwardSize: 1024,
  normPlacement: 'post',
  dropout: 0,
}

/** A Transformer-small with random weights over made-up words. */
async function transformerSmall(): Promise<Seq2Seq> {
  const words = Array.from({ length: vocabulary - 4 }, (_, i) => `w${i}`)
  const tokenizer = buildTokenizer(words, { type: 'space' })
  const tokenizers = { source: tokenizer, target: tokenizer }
  return createSeq2Seq({
    config: { version: 1, encoder: stack, decoder: stack },
    tokenizers,
    backend: await cpu(),
  })
}

function randomSources(count: number): string[] {
  const draws = new RandomStream(1).words(new Uint32Array(count * sourceLength), {
    step: 0,
    site: siteOf('source'),
  })
  return Array.from({ length: count }, (_, row) =>
    Array.from(
      draws.subarray(row * sourceLength, (row + 1) * sourceLength),
      (x) => `w${x % (vocabulary - 4)}`,
    ).join(' '),
  )
}

/** Tokens a second beside PyTorch's, by batch; and the time of one step against its position. */
export async function decode(emit: (row: Row) => void, rounds: number): Promise<void> {
  const model = await transformerSmall()
  // Every target has the same length: the end is suppressed until the last token.
  const options = { minLength: steps - 1, maxLength: steps }
  for (const batch of [1, 16]) {
    const workload = `DS-b${batch}`
    const sources = randomSources(batch)
    const ratios: number[] = []
    for (let i = 0; i < rounds; i++) {
      const times = await measure(() => generate(model, sources, { ...options, batchSize: batch }), {
        milliseconds: 2000,
      })
      const tokensPerSecond = round((batch * steps * 1000) / times.medianMs)
      emit({ peer: 'dragoman-cpu', workload, threads: 1, ...times, tokensPerSecond })
      const theirs = pytorch('decode.py', ['--batch', `${batch}`])
      if (!theirs) continue
      emit(theirs)
      ratios.push(Number(theirs.medianMs) / times.medianMs)
    }
    if (ratios.length > 0) {
      const all = ratios.map(round).join(' ')
      const summary = {
        medianMs: round(median(ratios)),
        minMs: round(Math.min(...ratios)),
        runs: rounds,
        all,
      }
      emit({ peer: 'speed ratio', workload, ...summary })
    }
  }
  await stepTimes(model, emit)
  await model.dispose()
}

/** Median time of the steps around some positions of a long target. */
async function stepTimes(model: Seq2Seq, emit: (row: Row) => void): Promise<void> {
  const [source] = randomSources(1)
  const length = 513
  const times: number[][] = Array.from({ length }, () => [])
  for (let run = 0; run < 5; run++) {
    let before = performance.now()
    let position = 0
    for await (const _ of stream(model, source!, { minLength: length - 1, maxLength: length })) {
      const now = performance.now()
      times[position++]!.push(now - before)
      before = now
    }
  }
  for (const position of [20, 28, 40, 60, 80, 120, 160, 240, 300, 400, 500]) {
    const around = times.slice(position - 3, position + 4).flat()
    const row = { medianMs: round(median(around)), minMs: round(Math.min(...around)), runs: around.length }
    emit({ peer: 'dragoman-cpu', workload: `step-at-${position}`, ...row })
  }
}
