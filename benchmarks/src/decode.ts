import { cpu } from '@dragoman/backend-cpu'
import { type Seq2Seq, stream } from '@dragoman/core'
import { measure, median, type Row, round } from './measure.ts'
import { decodeOn } from './peers/dragoman/decode.ts'
import { pytorch } from './pytorch.ts'
import { decodingModel, decodingSources, transformerSizes } from './workloads.ts'

/** Tokens a second beside PyTorch's, by batch; and the time of one step against its position. */
export async function decode(emit: (row: Row) => void, rounds: number): Promise<void> {
  const backend = await cpu()
  for (const batch of [1, 16]) {
    const workload = `DS-b${batch}`
    const { run } = decodeOn(backend, batch)
    const ratios: number[] = []
    for (let i = 0; i < rounds; i++) {
      const times = await measure(run, { milliseconds: 2000 })
      const tokensPerSecond = round((batch * transformerSizes.steps * 1000) / times.medianMs)
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
  await stepTimes(decodingModel(backend), emit)
  await backend.dispose()
}

/** Median time of the steps around some positions of a long target. */
async function stepTimes(model: Seq2Seq, emit: (row: Row) => void): Promise<void> {
  const [source] = decodingSources(1)
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
