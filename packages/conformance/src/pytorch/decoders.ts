import type { Model, Tensor, Tensors, Trace } from '@dragoman/core'
import { concat, createModel, expandDims, matmul, squeeze, stack, take, tanh, zeros } from '@dragoman/core'
import file from '../../goldens/decoders.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'

type F = Tensor<'float'>

interface DecoderConfig {
  readonly decoder: 'plain' | 'bahdanau' | 'luong' | 'luong-input-feeding'
  readonly layers: number
  readonly lengths: readonly number[] | null
}

const sizes = { vocabulary: 9, embedding: 2, hidden: 4, memory: 6, attention: 7 }

/** The decoders of goldens/decoders.py as configurations of core. */
const configs: Readonly<Record<DecoderConfig['decoder'], object>> = {
  plain: { cell: 'gru', context: 'every-step', output: { from: ['embedding', 'state', 'context'] } },
  bahdanau: {
    cell: 'gru',
    attention: { score: 'additive', size: sizes.attention, query: 'previous' },
    output: { from: ['state', 'context', 'embedding'] },
  },
  luong: {
    cell: 'lstm',
    attention: { score: 'general' },
    output: { from: ['context', 'state'], combine: sizes.hidden },
  },
  'luong-input-feeding': {
    cell: 'lstm',
    attention: { score: 'general', inputFeeding: true },
    output: { from: ['context', 'state'], combine: sizes.hidden },
  },
}

function modelOf({ decoder, layers }: DecoderConfig): Model {
  return createModel({
    version: 1,
    sourceVocabularySize: 4,
    targetVocabularySize: sizes.vocabulary,
    encoder: { type: 'rnn', cell: 'gru', embeddingSize: 1, hiddenSize: sizes.memory },
    decoder: {
      type: 'rnn',
      embeddingSize: sizes.embedding,
      hiddenSize: sizes.hidden,
      layers,
      // The fixtures give the first state themselves.
      bridge: 'zero',
      ...configs[decoder],
    },
  })
}

/** The decoder's first state with that of the fixture in its recurrent layers. */
function startState(state: Tensors, { h_0, c_0 }: Readonly<Record<string, F>>): Tensors {
  const replaced: Record<string, Tensor> = { ...state }
  for (let layer = 0; layer < (h_0!.size(0) as number); layer++) {
    replaced[`hidden.${layer}`] = take(h_0!, 0, layer)
    if (c_0) replaced[`cell.${layer}`] = take(c_0, 0, layer)
  }
  return replaced
}

function build(place: Trace, inputs: Readonly<Record<string, F>>, config: DecoderConfig): Rebuilt {
  const { decoder, parameters } = modelOf(config)
  const [B, T] = inputs.ids!.shape as [number, number]
  const memory = inputs.memory ?? zeros(place, 'float', [B, 1, sizes.memory])
  const context = inputs.context ?? zeros(place, 'float', [B, sizes.memory])
  const isReal = isRealOf(place, config.lengths, B, memory.size(1) as number)
  const start = decoder.start({ memory, isReal, context, final: [{ hidden: context }] })
  const combine = parameters.find(({ path }) => path === 'decoder.combine.weight')
  const steps: Record<string, F[]> = {}
  const record = (name: string, value: F) => {
    steps[name] = [...(steps[name] ?? []), value]
  }
  const top = `hidden.${config.layers - 1}`
  let state = startState(start.state, inputs)
  for (let t = 0; t < T; t++) {
    const ids = take(inputs.ids!, 1, t) as unknown as Tensor<'int'>
    const step = decoder.step(ids, state, start.memory)
    state = step.state
    record('logits', step.logits)
    if (!step.weights) continue
    record('weights', step.weights)
    // Core keeps these two to itself; the fixtures' loss takes part of its gradient through them.
    const seen = squeeze(matmul(expandDims(step.weights, 1), memory), 1)
    record('context', seen)
    const joined = concat([seen, state[top] as F], 1)
    if (combine) record('attentional', tanh(matmul(joined, combine, { transposeB: true })))
  }
  const layersOf = (name: string) =>
    stack(Array.from({ length: config.layers }, (_, layer) => state[`${name}.${layer}`] as F))
  const overTime = Object.entries(steps).map(([name, values]) => [
    name,
    concat(
      values.map((value) => expandDims(value, 1)),
      1,
    ),
  ])
  const cells = inputs.c_0 ? { c_n: layersOf('cell') } : {}
  return { outputs: { ...Object.fromEntries(overTime), h_n: layersOf('hidden'), ...cells }, parameters }
}

/** Four steps of each decoder against the same formulas in PyTorch. */
export function decoderGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<DecoderConfig>>
  return cases.map((fixture) => goldenCase('decoders', fixture, 'decoder.', build))
}
