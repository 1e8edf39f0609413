import { readFileSync } from 'node:fs'
import { createModel, presetNames, schedule, teacherProbability } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { readModelJson, readTrainingConfig } from './config-file.ts'
import { createOptimizer } from './optimizer.ts'
import { type ModelKind, modelPreset } from './presets.ts'
import { resolveConfig } from './resolve-config.ts'

const sizes = { sourceVocabularySize: 10, targetVocabularySize: 10 }

test('the configuration in the README is a legal one', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const config = readTrainingConfig(/```json\n(.*?)```/s.exec(readme)![1]!)
  expect(createModel({ ...config.model, ...sizes }).config.decoder).toMatchObject({
    attention: { score: 'additive' },
  })
  expect(createOptimizer(config.training!.optimizer!).config).toMatchObject({
    name: 'adamw',
    weightDecay: 0.01,
  })
  expect(schedule(config.training!.schedule!).learningRate(400)).toBe(0.001)
  expect(teacherProbability(config.training!.scheduledSampling!)(0)).toBeCloseTo(2000 / 2001, 12)
})

describe('presets', () => {
  test.each(['rnn', 'rnn-attention'] as const)('%s is a legal model with each cell', (kind) => {
    for (const cell of ['gru', 'lstm', 'elman'] as const) {
      const { encoder, decoder } = createModel({ ...modelPreset(kind, cell), ...sizes }).config
      expect([encoder, decoder]).toMatchObject([{ cell }, { cell }])
    }
  })

  test('transformer is a legal model, trained as the paper trains it', () => {
    const { model, training } = resolveConfig({ model: 'transformer' }, undefined, true)
    const { encoder, decoder } = createModel({ ...model, ...sizes }).config
    const stack = { type: 'transformer', modelSize: 128, layers: 2, normPlacement: 'pre', dropout: 0.1 }
    expect([encoder, decoder]).toMatchObject([stack, stack])
    expect(training).toEqual({
      epochs: 10,
      optimizer: { type: 'adam', beta2: 0.98, epsilon: 1e-9 },
      schedule: { type: 'inverse-square-root', learningRate: 2e-3, warmupSteps: 400 },
      labelSmoothing: 0.1,
    })
    expect(createOptimizer(training.optimizer!).config).toMatchObject({ beta1: 0.9, beta2: 0.98 })
  })

  test('a large Transformer has the rates of the paper', () => {
    const { training } = resolveConfig({ preset: 'transformer-base' }, undefined, true)
    const noam = schedule({ type: 'noam', modelSize: 512, warmupSteps: 4000 })
    const { learningRate } = schedule(training.schedule!)
    for (const step of [1, 400, 4000, 100_000]) {
      expect(learningRate(step)).toBeCloseTo(noam.learningRate(step), 15)
    }
  })

  test.each(presetNames)('%s is a legal model, with the training of its kind', (name) => {
    const { model, training } = resolveConfig({ preset: name }, undefined, false)
    const { decoder } = createModel({ ...model, ...sizes }).config
    expect(training.labelSmoothing).toBe(decoder.type === 'transformer' ? 0.1 : undefined)
  })

  test('a mixture with a Transformer on either side is trained like one', () => {
    const model = (kind: ModelKind) => modelPreset(kind, 'gru')
    const mixed = { version: 1, encoder: model('rnn').encoder, decoder: model('transformer').decoder }
    for (const parts of [mixed, { ...mixed, encoder: mixed.decoder, decoder: mixed.encoder }]) {
      const { training } = resolveConfig({}, { version: 1, model: parts }, false)
      expect(training.schedule).toMatchObject({ type: 'inverse-square-root' })
    }
  })

  test('the configuration file and the command line come before the training of a kind', () => {
    const file = { version: 1, training: { labelSmoothing: 0, optimizer: { type: 'sgd' } } } as const
    const { training } = resolveConfig({ model: 'transformer', learningRate: 0.01 }, file, false)
    expect(training).toMatchObject({
      labelSmoothing: 0,
      optimizer: { type: 'sgd' },
      schedule: { type: 'inverse-square-root', learningRate: 0.01 },
    })
  })

  test.each([
    [{ model: 'transformer', cell: 'gru' }, '--cell: a Transformer has no recurrent cells'],
    [{ preset: 'transformer-base', cell: 'gru' }, "--cell: the preset 'transformer-base' describes"],
    [{ preset: 'multi30k-lstm', model: 'rnn' }, "--model: the preset 'multi30k-lstm' describes"],
    [{ preset: 'multi30k-gru', model: 'transformer' }, "--model: the preset 'multi30k-gru' describes"],
  ] as const)('%j is refused', (flags, message) => {
    expect(() => resolveConfig(flags, undefined, true)).toThrow(message)
  })

  test('without validation the schedule does not wait for one', () => {
    expect(resolveConfig({}, undefined, false).training).toEqual({
      epochs: 10,
      schedule: expect.objectContaining({ type: 'constant' }),
    })
    expect(resolveConfig({}, undefined, true).training.schedule).toMatchObject({ type: 'plateau' })
  })
})

describe('command line over file', () => {
  const file = readTrainingConfig(
    JSON.stringify({
      version: 1,
      tokenizers: { source: { type: 'word', lowercase: true } },
      training: {
        steps: 5,
        minutes: 1,
        batch: { by: 'tokens', size: 9 },
        schedule: { type: 'noam', modelSize: 8, warmupSteps: 2 },
      },
    }),
  )

  test('only what is given replaces', () => {
    const { tokenizers, training } = resolveConfig({ batchSize: 7, sourceTokens: 'space' }, file, true)
    expect(tokenizers).toEqual({ source: { type: 'space', lowercase: true }, target: { type: 'char' } })
    expect(training).toMatchObject({ steps: 5, minutes: 1, batch: { by: 'tokens', size: 7 } })
  })

  test('one limit replaces all', () => {
    const { training } = resolveConfig({ epochs: 2 }, file, true)
    expect(training.epochs).toBe(2)
    expect(training).not.toHaveProperty('steps')
    expect(training).not.toHaveProperty('minutes')
  })

  test('a learning rate that the schedule does not have is refused', () => {
    expect(() => resolveConfig({ learningRate: 0.1 }, file, true)).toThrow(
      "--learning-rate: the schedule 'noam'",
    )
  })
})

test('a model configuration is found in both kinds of file', () => {
  expect(readModelJson('{"version":1,"encoder":{}}')).toEqual({ version: 1, encoder: {} })
  expect(readModelJson('{"version":1,"model":{"version":1}}')).toEqual({ version: 1 })
  expect(() => readModelJson('{')).toThrow('JSON: ')
})
