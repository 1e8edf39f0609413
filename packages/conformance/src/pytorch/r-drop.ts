import type { Tensor, Trace } from '@dragoman/core'
import { cast, crossEntropy, mul, rDropLoss, reduceSum, symmetricDivergence } from '@dragoman/core'
import file from '../../goldens/averaging.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'

type F = Tensor<'float'>

interface RDropConfig {
  readonly part: 'r-drop'
  readonly alpha: number
  readonly labelSmoothing: number
  readonly lengths: readonly number[]
}

/** Core's loss is half of the paper's, and its divergence twice: see rDropLoss. */
function build(
  place: Trace,
  { first, second, targets }: Readonly<Record<string, F>>,
  { alpha, labelSmoothing, lengths }: RDropConfig,
): Rebuilt {
  const ids = targets as unknown as Tensor<'int'>
  const [B, T] = ids.shape as [number, number]
  const real = cast(isRealOf(place, lengths, B, T), 'float')
  const count = lengths.reduce((sum, length) => sum + length, 0)
  const mean = (perToken: F, factor: number) => mul(reduceSum(mul(perToken, real)), factor / count)
  const pass = (logits: F) => ({ logits, loss: crossEntropy(logits, ids, labelSmoothing) })
  const passes = [pass(first!), pass(second!)] as const
  return {
    outputs: {
      crossEntropy: mean(rDropLoss(passes, { weight: 0 }), 2),
      divergence: mean(symmetricDivergence(first!, second!), 0.5),
      loss: mean(rDropLoss(passes, { weight: alpha }), 2),
    },
    parameters: [],
  }
}

/** R-Drop against torch.nn.functional.cross_entropy and kl_div. */
export function rDropGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<RDropConfig>>
  return cases
    .filter(({ config }) => config.part === 'r-drop')
    .map((fixture) => goldenCase('averaging', fixture, '', build))
}
