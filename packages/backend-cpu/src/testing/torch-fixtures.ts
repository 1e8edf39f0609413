import { readFileSync } from 'node:fs'

type Numbers = readonly number[]

interface RecurrenceFixture {
  steps: number
  batch: number
  hidden: number
  xProjection: Numbers
  weightHh: Numbers
  biasHh: Numbers
  h0: Numbers
  dStates: Numbers
  states: Numbers
  dH0: Numbers
  dWeightHh: Numbers
  dBiasIh: Numbers
  dBiasHh: Numbers
}

interface OptimizerFixture {
  start: Numbers
  grads: Numbers
  param: Numbers
  m: Numbers
  v: Numbers
}

/** What PyTorch computes in float64; written by scripts/make-fixtures.py. */
export interface TorchFixtures {
  lstm: RecurrenceFixture & { c0: Numbers; dCell: Numbers; cell: Numbers; dC0: Numbers }
  gru: RecurrenceFixture
  crossEntropy: {
    rows: number
    n: number
    smoothing: number
    labels: Numbers
    logits: Numbers
    dLoss: Numbers
    loss: Numbers
    dLogits: Numbers
  }
  adam: OptimizerFixture
  adamw: OptimizerFixture
}

const file = new URL('../../fixtures/torch.json', import.meta.url)

export const torchFixtures: TorchFixtures = JSON.parse(readFileSync(file, 'utf8')) as TorchFixtures
