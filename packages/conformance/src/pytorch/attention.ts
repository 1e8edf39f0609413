import type { AttentionScore, Tensor, Trace } from '@dragoman/core'
import { add, attention, concat, ParameterScope, slice, squeeze } from '@dragoman/core'
import file from '../../goldens/attention.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'

type F = Tensor<'float'>

interface AttentionConfig {
  readonly kind: AttentionScore
  readonly lengths: readonly number[] | null
  readonly coverage: boolean
  readonly querySize: number
  readonly keySize: number
  readonly attentionSize: number | null
}

function build(place: Trace, inputs: Readonly<Record<string, F>>, config: AttentionConfig): Rebuilt {
  const { kind, lengths, querySize, keySize, attentionSize } = config
  const scope = new ParameterScope()
  const layer = attention(scope, {
    score: kind,
    querySize,
    memorySize: keySize,
    size: attentionSize ?? 0,
    coverage: config.coverage,
  })
  const values = inputs.keys!
  const [B, S] = values.shape as [number, number]
  const memory = { values, keys: layer.keys(values), isReal: isRealOf(place, lengths, B, S) }
  const parameters = scope.all()
  if (!config.coverage) return { outputs: { ...layer.apply(inputs.queries!, memory) }, parameters }
  const steps: { context: F; weights: F }[] = []
  let coverage = inputs.coverage!
  for (let t = 0; t < (inputs.queries!.size(1) as number); t++) {
    const step = layer.apply(slice(inputs.queries!, 1, t, 1), memory, coverage)
    coverage = add(coverage, squeeze(step.weights, 1))
    steps.push(step)
  }
  const join = (name: 'context' | 'weights') =>
    concat(
      steps.map((step) => step[name]),
      1,
    )
  return { outputs: { weights: join('weights'), context: join('context'), coverage_n: coverage }, parameters }
}

/** Every kind of attention against the same formulas in PyTorch. */
export function attentionGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<AttentionConfig>>
  return cases.map((fixture) => goldenCase('attention', fixture, '', build))
}
