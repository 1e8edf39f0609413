import { describe, expect, it } from 'vitest'
import { ConfigError, FormatError } from '../errors.ts'
import { memoryStore } from '../storage/index.ts'
import type { GenerationConfig } from './generation-config.ts'
import { readGenerationConfig, withGenerationDefaults, writeGenerationConfig } from './generation-config.ts'
import type { GenerateOptions } from './options.ts'
import { resolveOptions } from './resolve-options.ts'

const file = 'generation_config.json'
const bytes = (text: string) => new TextEncoder().encode(text)

describe('generation config', () => {
  it('comes back as it was written; none where there is no file', async () => {
    const store = memoryStore()
    expect(await readGenerationConfig(store)).toEqual({})
    const config = { beams: 4, nbest: 2, lengthPenalty: 0.6, maxLength: 80 }
    await writeGenerationConfig(store, config)
    expect(await readGenerationConfig(store)).toEqual(config)
    expect(JSON.parse(new TextDecoder().decode(await store.read(file)))).toEqual({ version: 1, ...config })
  })

  it.each([
    ['[]', /generation_config.json: is not an object/],
    ['{"beams": 4}', /version: this field is missing/],
    ['{"version": 2}', /version: version 2 is not known/],
    ['{"version": 1, "num_beams": 4}', /num_beams: there is no such field/],
    ['{"version": 1, "attention": true}', /attention: there is no such field/],
    ['{"version": 1, "beams": "4"}', /beams: 4 is not a whole number/],
    ['{"version": 1, "topK": 4}', /topK: nothing is drawn/],
  ])('refuses %s', async (text, problem) => {
    const store = memoryStore({ [file]: bytes(text) })
    await expect(readGenerationConfig(store)).rejects.toThrow(ConfigError)
    await expect(readGenerationConfig(store)).rejects.toThrow(problem)
  })

  it('refuses what is not JSON, and writes nothing that is wrong', async () => {
    await expect(readGenerationConfig(memoryStore({ [file]: bytes('{') }))).rejects.toThrow(FormatError)
    const store = memoryStore()
    await expect(writeGenerationConfig(store, { beams: 0 })).rejects.toThrow(ConfigError)
    expect(await store.list()).toEqual([])
  })
})

describe('withGenerationDefaults', () => {
  it.each([
    [{ beams: 4, lengthPenalty: 2 }, {}, { beams: 4, lengthPenalty: 2 }],
    [
      { beams: 4, lengthPenalty: 2 },
      { beams: undefined, maxLength: 9 },
      { beams: 4, lengthPenalty: 2, maxLength: 9 },
    ],
    [{ beams: 4, nbest: 4, lengthPenalty: 2 }, { sample: true }, { sample: true }],
    [{ beams: 4, nbest: 4, lengthPenalty: 2 }, { beams: 2 }, { beams: 2, lengthPenalty: 2 }],
    [{ beams: 4, nbest: 4, lengthPenalty: 2 }, { beams: 1 }, { beams: 1 }],
    [{ sample: true, topK: 5 }, { beams: 3 }, { beams: 3 }],
    [{ sample: true, topK: 5 }, { sample: false }, { sample: false }],
    [{ sample: true, topK: 5 }, { topP: 0.5 }, { sample: true, topK: 5, topP: 0.5 }],
    [{ beams: 4, beamGroups: 2, diversityPenalty: 1 }, { beams: 3 }, { beams: 3 }],
    [
      { beams: 4, beamGroups: 2, diversityPenalty: 1 },
      { mustContain: ['a'] },
      { beams: 4, mustContain: ['a'] },
    ],
    [{ beams: 4, patience: 0.5 }, { nbest: 3 }, { beams: 4, nbest: 3 }],
    [{ beams: 4, earlyStopping: true, coveragePenalty: 1 }, { sample: true }, { sample: true }],
    [
      { forcedFirst: 'a', noRepeatNgramSize: 3 },
      { targetPrefix: 'b' },
      { noRepeatNgramSize: 3, targetPrefix: 'b' },
    ],
    [{ minLength: 9, maxLength: 20 }, { maxLength: 5 }, { maxLength: 5 }],
    [{ minLength: 2, maxLength: 5 }, { minLength: 9 }, { minLength: 9 }],
  ] as readonly (readonly [GenerationConfig, GenerateOptions, GenerateOptions])[])(
    '%o with %o is %o',
    (defaults, options, expected) => {
      const merged = withGenerationDefaults(defaults, options)
      expect(merged).toEqual(expected)
      expect(() => resolveOptions(merged)).not.toThrow()
    },
  )

  it('hides no contradiction in what is asked', () => {
    const merged = withGenerationDefaults({ sample: true }, { beams: 3, temperature: 0.5 })
    expect(() => resolveOptions(merged)).toThrow(/temperature: nothing is drawn/)
  })
})
