import { cpu } from '@dragoman/backend-cpu'
import { measure, median, type Row, round } from './measure.ts'
import { trainOn } from './peers/dragoman/train.ts'
import { pytorch } from './pytorch.ts'
import { type TrainingWorkload, trainingModels } from './workloads.ts'

/**
 * Training steps of `TT`, `TR` and `TG`, ours and PyTorch's on one thread in turn, and the median of the
 * ratios of the rounds: a machine whose speed drifts then does so for both.
 */
export async function trainStep(emit: (row: Row) => void, rounds: number): Promise<void> {
  for (const workload of Object.keys(trainingModels) as TrainingWorkload[]) {
    const { run: step, facts } = await trainOn(await cpu(), workload)
    const [firstLoss] = await step()
    const ratios: number[] = []
    for (let i = 0; i < rounds; i++) {
      const ours = await measure(step, { warmup: 3, leastRuns: 10, milliseconds: 3000 })
      emit({
        peer: 'dragoman-cpu',
        workload,
        threads: 1,
        ...ours,
        nodes: facts.nodes,
        compileMs: facts.compileMs,
      })
      const theirs = pytorch('train_step.py', ['--workload', workload, '--steps', '10', '--warmup', '3'])
      if (!theirs) continue
      emit(theirs)
      ratios.push(ours.medianMs / theirs.medianMs)
    }
    const [lastLoss] = await step()
    if (!(lastLoss! < firstLoss!))
      throw new Error(`${workload}: the loss rose from ${firstLoss} to ${lastLoss}`)
    if (ratios.length > 0) {
      const all = ratios.map(round).join(' ')
      emit({
        peer: 'ratio',
        workload,
        medianMs: round(median(ratios)),
        minMs: round(Math.min(...ratios)),
        runs: rounds,
        all,
      })
    }
  }
}
