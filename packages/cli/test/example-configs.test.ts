import { readFileSync } from 'node:fs'
import { countParameters, createModel } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { readTrainingConfig } from '../src/training/config-file.ts'
import { resolveConfig } from '../src/training/resolve-config.ts'

const examples = new URL('../../../examples/', import.meta.url)

// Ten digits and four special tokens.
const sizes = { sourceVocabularySize: 14, targetVocabularySize: 14 }

test.each(['scan/config.json', 'scan/transformer.json', 'reverse/config.json'])(
  'examples/%s is a legal configuration',
  (name) => {
    const file = readTrainingConfig(readFileSync(new URL(name, examples), 'utf8'))
    const { model, training } = resolveConfig({}, file, true)
    expect(countParameters(createModel({ ...model, ...sizes }).parameters).total).toBeGreaterThan(1000)
    expect(training.seed).toBe(1)
  },
)

describe('examples/bottleneck', () => {
  test('compares models of equal size', async () => {
    const { models } = (await import(new URL('bottleneck/models.mjs', examples).href)) as {
      models: Record<string, object>
    }
    const counts = Object.values(models).map(
      (model) => countParameters(createModel({ ...model, ...sizes }).parameters).total,
    )
    expect(counts).toHaveLength(3)
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.05)
  })

  test('has results of the models that it describes, at each length', () => {
    const report = JSON.parse(readFileSync(new URL('bottleneck/results.json', examples), 'utf8'))
    for (const { model, exactMatch } of report.models) {
      expect(['context vector', 'attention', 'Transformer']).toContain(model)
      expect(Object.keys(exactMatch)).toHaveLength(30)
    }
    const [contextVector, attention, transformer] = report.models
    // The bottleneck: short strings pass through one vector, long ones do not.
    expect(contextVector.exactMatch[3]).toBe(1)
    expect(contextVector.exactMatch[30]).toBeLessThan(0.2)
    for (const { exactMatch } of [attention, transformer]) expect(exactMatch[30]).toBeGreaterThan(0.8)
  })
})

test('random digits follow the seed, and reversed ones are', async () => {
  const { randomDigits, reversed, unseen } = await import(new URL('reverse/digits.mjs', examples).href)
  const strings: string[] = randomDigits(200, { longest: 5, seed: 3 })
  expect(randomDigits(200, { longest: 5, seed: 3 })).toEqual(strings)
  expect(randomDigits(200, { longest: 5, seed: 4 })).not.toEqual(strings)
  expect(strings.every((text) => /^\d{1,5}$/.test(text))).toBe(true)
  expect(new Set(strings.map(({ length }) => length)).size).toBe(5)
  expect(reversed(['407'])).toEqual([{ source: '407', target: '704' }])
  const [seen, ...others] = reversed(['1', '2', '2', '1', '3'])
  expect(unseen(others, [seen])).toEqual(reversed(['2', '3']))
})
