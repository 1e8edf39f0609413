import { countParameters, type EndEvent, type Model, type ValidationEvent } from '@dragoman/core'
import type { TrainRequest } from '../commands/train.ts'
import type { TrainingProgress } from './training-progress.ts'

/** What a finished run says: how it went, where the model is, and how it is used. */
export function summaryLines(
  folder: string,
  model: Model,
  end: EndEvent,
  { loss, best }: Pick<TrainingProgress, 'loss' | 'best'>,
): string[] {
  const { total } = countParameters(model.parameters)
  const weights = end.weightsOfStep === end.step ? '' : `, with the weights of step ${end.weightsOfStep}`
  return [
    `model   ${folder} (${total.toLocaleString('en')} parameters)`,
    `ended   after step ${end.step}${reasons[end.reason]}${weights}`,
    ...(loss === undefined ? [] : [`loss    ${describeLoss(loss, best)}`]),
    `use it  dragoman generate ${shellQuote(folder)}`,
  ]
}

const reasons: Readonly<Record<EndEvent['reason'], string>> = {
  epochs: ', all epochs done',
  steps: ', all steps done',
  minutes: ', the time is over',
  patience: ', no better for a while',
  aborted: '',
}

function describeLoss(loss: number, best: ValidationEvent | undefined): string {
  const validation = best ? `, in validation ${best.loss.toFixed(4)} at step ${best.step}` : ''
  return `${loss.toFixed(4)} nats per token${validation}`
}

/** The command that goes on with a run. */
export function resumeCommand(pairs: string, { out, valid, backend, threads }: TrainRequest): string {
  const parts = ['dragoman', 'train', pairs, '--out', out]
  if (valid !== undefined) parts.push('--valid', valid)
  if (backend !== 'cpu') parts.push('--backend', backend)
  if (threads !== undefined) parts.push('--threads', `${threads}`)
  return [...parts, '--resume'].map(shellQuote).join(' ')
}

/** A word as a shell takes it. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
