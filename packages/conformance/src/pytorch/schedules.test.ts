import type { SamplingConfig, ScheduleConfig } from '@dragoman/core'
import { schedule, teacherProbability } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import file from '../../goldens/schedules.json' with { type: 'json' }
import type { FixtureFile } from './fixture.ts'

interface ScheduleFixture {
  readonly id: string
  readonly config: Readonly<Record<string, number | string>> & { readonly schedule: string }
  readonly steps?: readonly number[]
  readonly metrics?: readonly number[]
  readonly values: readonly number[]
}

const { cases } = file as unknown as FixtureFile<ScheduleFixture>
const sampling = 'scheduled-sampling-'

/** Core's plateau falls with a metric that is the smaller the better, by a share, and has no cooldown. */
const notInCore = ['plateau-max', 'plateau-absolute', 'plateau-cooldown']

function optionsOf({ config }: ScheduleFixture, names: readonly string[]): Record<string, number | string> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => names.includes(name)))
}

const scheduleFields: Readonly<Record<string, readonly string[]>> = {
  noam: ['modelSize', 'warmupSteps', 'factor'],
  'inverse-square-root': ['learningRate', 'warmupSteps'],
  constant: ['learningRate', 'warmupSteps'],
  cosine: ['learningRate', 'warmupSteps', 'totalSteps', 'minimum'],
  plateau: ['learningRate', 'factor', 'patience', 'threshold', 'minimum'],
}

const rates = cases.filter(({ id }) => !id.startsWith(sampling) && !notInCore.includes(id))

describe('learning rates are those of PyTorch and the papers', () => {
  test.each(rates)('$id', (fixture) => {
    const type = fixture.config.schedule
    const config = { type, ...optionsOf(fixture, scheduleFields[type]!) } as unknown as ScheduleConfig
    const made = schedule(config)
    const values = fixture.steps
      ? fixture.steps.map((step) => made.learningRate(step))
      : fixture.metrics!.map((metric, i) => {
          made.observe(metric)
          return made.learningRate(i + 1)
        })
    expect(values).toHaveLength(fixture.values.length)
    values.forEach((value, i) => {
      expect(Math.abs(value - fixture.values[i]!)).toBeLessThanOrEqual(
        1e-14 * Math.abs(fixture.values[i]!) + 1e-18,
      )
    })
  })
})

describe('teacher probabilities are those of Bengio et al. 2015', () => {
  test.each(cases.filter(({ id }) => id.startsWith(sampling)))('$id', (fixture) => {
    const type = fixture.config.schedule.slice(sampling.length)
    const config = { type, ...optionsOf(fixture, ['k', 'c', 'minimum']) } as unknown as SamplingConfig
    const probability = teacherProbability(config)
    fixture.steps!.forEach((step, i) => {
      expect(Math.abs(probability(step) - fixture.values[i]!)).toBeLessThanOrEqual(1e-14 * fixture.values[i]!)
    })
  })
})
