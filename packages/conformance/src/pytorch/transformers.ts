import type { Activation, Model, NormPlacement, Tensor, Trace } from '@dragoman/core'
import { constant, createModel, iota, reshape } from '@dragoman/core'
import file from '../../goldens/transformer.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, FixtureTensor, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'
import { isRealOf } from './rnn.ts'
import { type Rename, renameParameters, splitProjections } from './transformer-names.ts'
import { withoutPadding } from './transformer-parts.ts'

type F = Tensor<'float'>
type Int = Tensor<'int'>
type Inputs = Readonly<Record<string, F>>

interface TransformerConfig {
  readonly part: 'encoder-layer' | 'decoder-layer' | 'transformer'
  readonly vocabularySize: number
  readonly modelSize: number
  readonly heads: number
  readonly layers: number
  readonly feedForwardSize: number
  readonly norm: NormPlacement
  readonly activation: Activation
  readonly lengths: readonly number[] | null
  readonly targetLengths: readonly number[]
}

/** What both stacks of a fixture have. */
function stackOf({ modelSize, heads, feedForwardSize, norm, activation }: TransformerConfig) {
  return { type: 'transformer', modelSize, heads, feedForwardSize, normPlacement: norm, activation }
}

/** A layer on its own: a stack of one, without positions, scale and last norm. */
function layerModel(config: TransformerConfig, vocabularySize: number): Model {
  const stack = {
    ...stackOf(config),
    layers: 1,
    positions: { type: 'none' },
    scaleEmbedding: false,
    finalNorm: false,
  }
  return createModel({
    version: 1,
    sourceVocabularySize: vocabularySize,
    targetVocabularySize: vocabularySize,
    encoder: stack,
    decoder: { ...stack, outputBias: false },
  })
}

function lengthsOf(place: Trace, lengths: readonly number[] | null, rows: number, size: number): Int {
  return constant(place, 'int', [rows], lengths ?? Array.from({ length: rows }, () => size))
}

/**
 * A layer reads vectors where a model reads ids: token i is vector i of the fixture's `x`, which becomes
 * the embedding. A decoder of 8 features and 8 tokens gives back what its layer gives, with the identity
 * as its output layer.
 */
function asModel(fixture: GradientFixture<TransformerConfig>): GradientFixture<TransformerConfig> {
  const side = fixture.config.part === 'encoder-layer' ? 'encoder' : 'decoder'
  const table = ({ shape: [B, T, D], data }: FixtureTensor) => ({ shape: [B! * T!, D!], data })
  const path = `${side}.embedding.weight`
  const renamed = renameParameters(fixture, (name, tensor) =>
    splitProjections(name, tensor).map(([each, part]) => [`${side}.layers.0.${each}`, part] as const),
  )
  const { x: inputs, ...otherInputs } = renamed.inputs
  const { x: slope, ...otherSlopes } = renamed.gradients
  const D = fixture.config.modelSize
  const identity = Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0))
  const output = side === 'decoder' ? { 'decoder.output.weight': { shape: [D, D], data: identity } } : {}
  return {
    ...renamed,
    inputs: otherInputs,
    parameters: { ...renamed.parameters, [path]: table(inputs!), ...output },
    gradients: { ...otherSlopes, [path]: table(slope!) },
  }
}

function buildEncoderLayer(place: Trace, [B, S]: readonly number[], config: TransformerConfig): Rebuilt {
  const { encoder, parameters } = layerModel(config, B! * S!)
  const ids = reshape(iota(place, [B! * S!]), [B!, S!])
  return {
    outputs: { output: encoder.encode(ids, lengthsOf(place, config.lengths, B!, S!)).memory },
    parameters,
  }
}

function buildDecoderLayer(
  place: Trace,
  [B, T]: readonly number[],
  inputs: Inputs,
  config: TransformerConfig,
): Rebuilt {
  const { decoder, parameters } = layerModel(config, B! * T!)
  const memory = inputs.memory!
  const isReal = isRealOf(place, config.lengths, B!, Number(memory.size(1)))
  const ids = reshape(iota(place, [B! * T!]), [B!, T!])
  // Only recurrent decoders read the context and the last states.
  const { logits } = decoder.sequence(ids, { memory, isReal, context: memory, final: [] })
  return { outputs: { output: logits }, parameters }
}

function layerCase(fixture: GradientFixture<TransformerConfig>): ConformanceCase {
  const { shape } = fixture.outputs.output!
  return goldenCase('transformer', asModel(fixture), '', (place, inputs, config) =>
    config.part === 'encoder-layer'
      ? buildEncoderLayer(place, shape, config)
      : buildDecoderLayer(place, shape, inputs, config),
  )
}

function buildTransformer(place: Trace, inputs: Inputs, config: TransformerConfig): Rebuilt {
  const stack = {
    ...stackOf(config),
    layers: config.layers,
    positions: { type: 'sinusoidal' },
    scaleEmbedding: true,
    finalNorm: true,
  }
  const { encoder, decoder, parameters } = createModel({
    version: 1,
    sourceVocabularySize: config.vocabularySize,
    targetVocabularySize: config.vocabularySize,
    tiedEmbeddings: 'target',
    encoder: stack,
    decoder: { ...stack, outputBias: false },
  })
  const [source, ids] = [inputs.source, inputs.ids] as unknown as [Int, Int]
  const [B, S] = source.shape as [number, number]
  const encoded = encoder.encode(source, lengthsOf(place, config.lengths, B, S))
  const { logits } = decoder.sequence(ids, encoded)
  return {
    outputs: { memory: encoded.memory, logits: withoutPadding(place, logits, config.targetLengths) },
    parameters,
  }
}

const renameTransformer: Rename = (name, tensor) =>
  splitProjections(name, tensor).map(([each, part]) => {
    const path = each
      .replace(/^source\./, 'encoder.embedding.')
      .replace(/^target\./, 'decoder.embedding.')
      .replace(/^transformer\./, '')
    return [path, part] as const
  })

/** Layers and whole Transformers against torch.nn.TransformerEncoderLayer, TransformerDecoderLayer, Transformer. */
export function transformerGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<TransformerConfig>>
  return cases.flatMap((fixture) => {
    switch (fixture.config.part) {
      case 'encoder-layer':
      case 'decoder-layer':
        return [layerCase(fixture)]
      case 'transformer':
        return [goldenCase('transformer', renameParameters(fixture, renameTransformer), '', buildTransformer)]
      default:
        return []
    }
  })
}
