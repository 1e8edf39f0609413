import { readFileSync } from 'node:fs'
import { createModel, schedule, teacherProbability } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { readModelJson, readTrainingConfig } from './config-file.ts'
import { createOptimizer } from './optimizer.ts'
import { modelKinds, modelPreset } from './presets.ts'
import { resolveConfig } from './resolve-config.ts'

const sizes = { sourceVocabularySize: 10, targetVocabularySize: 10 }

test('the configuration in the README is a legal one', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const config = readTrainingConfig(/```json\n(.*?)```/s.exec(readme)![1]!)
  expect(createModel({ ...config.model, ...sizes }).config.decoder.attention?.score).toBe('additive')
  expect(createOptimizer(config.training!.optimizer!).config).toMatchObject({
    name: 'adamw',
    weightDecay: 0.01,
  })
  expect(schedule(config.training!.schedule!).learningRate(400)).toBe(0.001)
  expect(teacherProbability(config.training!.scheduledSampling!)(0)).toBeCloseTo(2000 / 2001, 12)
})

describe('presets', () => {
  test.each(modelKinds)('%s is a legal model with each cell', (kind) => {
    for (const cell of ['gru', 'lstm', 'elman'] as const) {
      const { encoder, decoder } = createModel({ ...modelPreset(kind, cell), ...sizes }).config
      expect([encoder.cell, decoder.cell]).toEqual([cell, cell])
    }
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
