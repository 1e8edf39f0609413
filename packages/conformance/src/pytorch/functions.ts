import type { Operand, Parameter, Tensor, Trace } from '@dragoman/core'
import {
  expandDims,
  gelu,
  geluTanh,
  layerNorm,
  rmsNorm,
  scaledDotProductAttention,
  silu,
} from '@dragoman/core'
import file from '../../goldens/transformer.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'

type F = Tensor<'float'>
type Inputs = Readonly<Record<string, F>>

/** What the fixtures of functions say of themselves; each kind has some of these. */
interface FunctionConfig {
  readonly part: string
  readonly epsilon: number
  readonly lengths: readonly number[] | null
  readonly causal: boolean
  readonly scale: number | null
}

function applyScaledDot(place: Trace, inputs: Inputs, { lengths, causal, scale }: FunctionConfig) {
  const [query, key] = [inputs.query!, inputs.key!]
  const isReal = isRealOf(place, lengths, Number(key.size(0)), Number(key.size(2)))
  const { context, weights } = scaledDotProductAttention({
    query,
    key,
    value: inputs.value!,
    ...(lengths ? { isAllowed: expandDims(expandDims(isReal, 1), 1) } : {}),
    bias: inputs.bias,
    causal,
    ...(scale === null ? {} : { scale }),
  })
  return { context, weights }
}

type Weight = Operand<'float'>

const functions: Readonly<
  Record<string, (x: F, config: FunctionConfig, weight: Weight, bias: Weight | undefined) => F>
> = {
  'layer-norm': (x, { epsilon }, weight, bias) => layerNorm(x, weight, bias, epsilon),
  'rms-norm': (x, { epsilon }, weight) => rmsNorm(x, weight, epsilon),
  gelu,
  'gelu-tanh': geluTanh,
  silu,
}

const isFunction = ({ part }: FunctionConfig) => part === 'scaled-dot-product' || part in functions

/** Scaled dot-product attention, norms and activations against torch.nn.functional. */
export function functionGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<FunctionConfig>>
  return cases
    .filter(({ config }) => isFunction(config))
    .map((fixture) => {
      const parameters = Object.entries(fixture.parameters).map(
        ([path, { shape }]): Parameter => ({ path, shape, initializer: { type: 'zeros' } }),
      )
      const build = (place: Trace, inputs: Inputs, config: FunctionConfig): Rebuilt => {
        if (config.part === 'scaled-dot-product') {
          return { outputs: applyScaledDot(place, inputs, config), parameters }
        }
        const [weight, bias] = ['weight', 'bias'].map((name) => parameters.find(({ path }) => path === name))
        return { outputs: { output: functions[config.part]!(inputs.x!, config, weight!, bias) }, parameters }
      }
      return goldenCase('transformer', fixture, '', build)
    })
}
