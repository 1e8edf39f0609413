import type { Tensor, Trace } from '@dragoman/core'
import { cast, crossEntropy, div, equal, mul, not, reduceSum } from '@dragoman/core'
import file from '../../goldens/losses.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'

type F = Tensor<'float'>

interface LossConfig {
  readonly labelSmoothing: number
  readonly padId: number | null
}

/** The mean over real tokens: Σ weight · loss / Σ weight, with weight 0 at padding. */
function build(
  _: Trace,
  inputs: Readonly<Record<string, F>>,
  { labelSmoothing, padId }: LossConfig,
): Rebuilt {
  const targets = inputs.targets as unknown as Tensor<'int'>
  const losses = crossEntropy(inputs.logits!, targets, labelSmoothing)
  const weights = inputs.tokenWeights ?? cast(not(equal(targets, padId!)), 'float')
  const sum = reduceSum(mul(losses, weights))
  const perToken = inputs.tokenWeights ? losses : mul(losses, weights)
  return { outputs: { loss: div(sum, reduceSum(weights)), perToken, sum }, parameters: [] }
}

/** Cross-entropy against torch.nn.functional.cross_entropy. */
export function lossGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<LossConfig>>
  return cases.map((fixture) => goldenCase('losses', fixture, '', build))
}
