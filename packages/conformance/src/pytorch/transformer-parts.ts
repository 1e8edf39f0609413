import type { Activation, Tensor, Trace } from '@dragoman/core'
import {
  convolution,
  expandDims,
  feedForward,
  multiHeadAttention,
  ParameterScope,
  pad,
  reduceMean,
  select,
  ssru,
  take,
  zeros,
} from '@dragoman/core'
import file from '../../goldens/transformer.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'
import { type Rename, renameParameters, splitProjections } from './transformer-names.ts'

type F = Tensor<'float'>
type Inputs = Readonly<Record<string, F>>

/** What the fixtures of parts say of themselves; each part has some of these. */
interface PartConfig {
  readonly part: string
  readonly modelSize: number
  readonly heads: number
  readonly keySize: number
  readonly feedForwardSize: number
  readonly activation: Activation
  readonly lengths: readonly number[] | null
  readonly lengthsAfter: readonly number[] | null
  readonly causal: boolean
  readonly averageWeights: boolean
  readonly features: number
  readonly channels: number
  readonly kernelSize: number
  readonly stride: number
}

type Build = (place: Trace, inputs: Inputs, config: PartConfig, scope: ParameterScope) => Rebuilt['outputs']

const buildMultiHead: Build = (place, inputs, config, scope) => {
  const { modelSize: size, keySize: memorySize, heads, lengths, causal } = config
  const layer = multiHeadAttention(scope, {
    size,
    memorySize,
    heads,
    keyHeads: heads,
    bias: true,
    dropout: 0,
  })
  const query = inputs.query!
  const memory = inputs.memory ?? query
  const isReal = isRealOf(place, lengths, Number(memory.size(0)), Number(memory.size(1)))
  const isAllowed = lengths ? expandDims(expandDims(isReal, 1), 1) : undefined
  const { output, weights } = layer.look(query, layer.memory(memory), { isAllowed, causal })
  return { output, weights: config.averageWeights ? reduceMean(weights, { axes: [1] }) : weights }
}

const buildFeedForward: Build = (_, inputs, config, scope) => {
  const { modelSize: size, feedForwardSize: innerSize, activation } = config
  const bias = activation !== 'swiglu' && activation !== 'geglu'
  return {
    output: feedForward(scope, { size, innerSize, activation, bias, dropout: 0 }).apply(inputs.x!),
  }
}

/** The cell after the last step comes from single steps, which must be those of the sequence. */
const buildSsru: Build = (place, inputs, { modelSize }, scope) => {
  const unit = ssru(scope, modelSize)
  const x = inputs.x!
  const first = inputs.c_0 ?? zeros(place, 'float', [x.size(0), modelSize])
  let cell = first
  for (let t = 0; t < Number(x.size(1)); t++) cell = unit.step(take(x, 1, t), cell).cell
  return { output: unit.sequence(x, first), c_n: cell }
}

const buildConvolution: Build = (place, inputs, config, scope) => {
  const { features, channels, kernelSize: kernel, stride, lengths, lengthsAfter } = config
  const layer = convolution(scope, { inputSize: features, outputSize: channels, kernel, stride })
  const [B, S] = inputs.x!.shape as [number, number]
  const outputs = Math.ceil(S / stride)
  const padded = pad(withoutPadding(place, inputs.x!, lengths), [0, 0, 0], [0, outputs * stride - S, 0])
  const output = layer.apply(padded, outputs)
  if (output.size(0) !== B) throw new RangeError(`${String(output.size(0))} rows of ${B}`)
  return { output: withoutPadding(place, output, lengthsAfter) }
}

/** x [B, S, D] with 0 from each length on. */
export function withoutPadding(place: Trace, x: F, lengths: readonly number[] | null): F {
  if (!lengths) return x
  return select(expandDims(isRealOf(place, lengths, Number(x.size(0)), Number(x.size(1))), 2), x, 0)
}

const parts: Readonly<Record<string, Build>> = {
  'multi-head': buildMultiHead,
  'feed-forward': buildFeedForward,
  ssru: buildSsru,
  convolution: buildConvolution,
}

/** Feed-forward nets have the names of PyTorch's layers; the factor of a gated one is `linear3`. */
const renameFeedForward: Rename = (name, tensor) => {
  const names: Readonly<Record<string, string>> = { up: 'linear1', down: 'linear2' }
  return [[name.replace(/^(up|down)/, (part) => names[part]!), tensor]]
}

const renameGated: Rename = (name, tensor) => {
  const names: Readonly<Record<string, string>> = { gate: 'linear1', up: 'linear3', down: 'linear2' }
  return [[name.replace(/^(gate|up|down)/, (part) => names[part]!), tensor]]
}

function renameOf({ config, parameters }: GradientFixture<PartConfig>): Rename {
  if (config.part !== 'feed-forward') return splitProjections
  return 'gate.weight' in parameters ? renameGated : renameFeedForward
}

/** Multi-head attention, feed-forward nets, the SSRU and convolutions against PyTorch. */
export function transformerPartGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<PartConfig>>
  return cases
    .filter(({ config }) => config.part in parts)
    .map((fixture) =>
      goldenCase(
        'transformer',
        renameParameters(fixture, renameOf(fixture)),
        '',
        (place, inputs, config): Rebuilt => {
          const scope = new ParameterScope()
          const outputs = parts[config.part]!(place, inputs, config, scope)
          return { outputs, parameters: scope.all() }
        },
      ),
    )
}
