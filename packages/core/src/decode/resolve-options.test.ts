import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import type { GenerateOptions } from './options.ts'
import { resolveBatchOptions, resolveOptions } from './resolve-options.ts'

describe('resolveOptions', () => {
  it.each([
    ...[0, 1.5, -1, Number.NaN, '2', null].map((value) => ['beams', { beams: value }] as const),
    ...[0, 2.5].map((value) => ['nbest', { beams: 4, nbest: value }] as const),
    ['nbest', { nbest: 2 }],
    ['nbest', { beams: 4, nbest: 5 }],
    ['nbest', { sample: true, nbest: 2 }],
    ['lengthPenalty', { lengthPenalty: 1 }],
    ['lengthPenalty', { sample: true, lengthPenalty: 1 }],
    ...[Number.NaN, Infinity, '1'].map(
      (value) => ['lengthPenalty', { beams: 2, lengthPenalty: value }] as const,
    ),
    ['sample', { sample: 1 }],
    ['sample', { sample: true, beams: 2 }],
    ['temperature', { temperature: 0.7 }],
    ['temperature', { temperature: 0.7, beams: 2 }],
    ...[0, -1, Infinity, Number.NaN].map(
      (value) => ['temperature', { sample: true, temperature: value }] as const,
    ),
    ['topK', { topK: 3 }],
    ...[0, 1.5].map((value) => ['topK', { sample: true, topK: value }] as const),
    ['topP', { topP: 0.9 }],
    ...[0, 1.01, -0.5, Number.NaN].map((value) => ['topP', { sample: true, topP: value }] as const),
    ['minP', { minP: 0.1 }],
    ...[-0.1, 1.1].map((value) => ['minP', { sample: true, minP: value }] as const),
    ['typicalP', { typicalP: 0.9 }],
    ...[0, 1.1].map((value) => ['typicalP', { sample: true, typicalP: value }] as const),
    ['lengthPenaltyKind', { lengthPenaltyKind: 'wu' }],
    ['lengthPenaltyKind', { beams: 2, lengthPenaltyKind: 'gnmt' }],
    ['coveragePenalty', { coveragePenalty: 0.2 }],
    ['coveragePenalty', { beams: 2, coveragePenalty: -1 }],
    ['earlyStopping', { earlyStopping: true }],
    ['earlyStopping', { beams: 2, earlyStopping: 'always' }],
    ['patience', { patience: 2 }],
    ['patience', { beams: 2, patience: 0 }],
    ['nbest', { beams: 4, nbest: 3, patience: 0.5 }],
    ['beamGroups', { beams: 4, beamGroups: 1, diversityPenalty: 1 }],
    ['beamGroups', { beams: 4, beamGroups: 3, diversityPenalty: 1 }],
    ['beamGroups', { beams: 4, beamGroups: 2 }],
    ['beamGroups', { beamGroups: 2, diversityPenalty: 1 }],
    ['diversityPenalty', { beams: 4, diversityPenalty: 1 }],
    ['diversityPenalty', { beams: 4, beamGroups: 2, diversityPenalty: 0 }],
    ['mustContain', { mustContain: ['a'] }],
    ['mustContain', { beams: 4, mustContain: 'a' }],
    ['mustContain', { beams: 4, beamGroups: 2, diversityPenalty: 1, mustContain: ['a'] }],
    ['onToken', { onToken: () => {}, beams: 2 }],
    ['onToken', { onToken: true }],
    ...[0, -1, Infinity].map((value) => ['repetitionPenalty', { repetitionPenalty: value }] as const),
    ...[0, 1.5].map((value) => ['noRepeatNgramSize', { noRepeatNgramSize: value }] as const),
    ...[-1, 0.5, null].map((value) => ['forcedFirst', { forcedFirst: value }] as const),
    ['forcedFirst', { forcedFirst: 4, targetPrefix: 'a' }],
    ['forcedLast', { forcedFirst: 4, forcedLast: 3, maxLength: 1 }],
    ['suppressTokens', { suppressTokens: 4 }],
    ['suppressTokens', { suppressTokens: [-1] }],
    ['tokenBias', { tokenBias: [[4]] }],
    ['tokenBias', { tokenBias: [[4, Number.NaN]] }],
    ['replaceUnknown', { replaceUnknown: 1 }],
    ['targetPrefix', { targetPrefix: 4 }],
    ['targetPrefix', { targetPrefix: [0.5] }],
    ['allowedTokens', { allowedTokens: [4] }],
    ['attention', { attention: 'every' }],
    ['seed', { seed: 1 }],
    ...[-1, 0.5, 2 ** 53].map((value) => ['seed', { sample: true, seed: value }] as const),
    ...[-1, 0.5].map((value) => ['minLength', { minLength: value }] as const),
    ['minLength', { minLength: 5, maxLength: 4 }],
    ...[0, 0.5, Infinity].map((value) => ['maxLength', { maxLength: value }] as const),
    ['attention', { attention: 'yes' }],
    ...[0, 1.5].map((value) => ['batchSize', { batchSize: value }] as const),
    ...[0, 1.5].map((value) => ['lengthMultiple', { lengthMultiple: value }] as const),
    ['signal', { signal: true }],
    ['beam', { beam: 4 }],
  ] as readonly (readonly [string, object])[])('refuses %s in %o', (option, options) => {
    expect(() => resolveOptions(options as GenerateOptions)).toThrow(OptionError)
    expect(() => resolveOptions(options as GenerateOptions)).toThrow(new RegExp(`^${option}: `))
  })

  it('takes what applies, and undefined as left out', () => {
    const left = { temperature: undefined, beams: undefined, signal: undefined }
    expect(resolveOptions(left)).toEqual(resolveOptions({}))
    expect(resolveOptions({ beams: 4, nbest: 4, lengthPenalty: -0.5 })).toMatchObject({
      beams: 4,
      lengthPenalty: -0.5,
    })
    expect(resolveOptions({ minLength: 4, maxLength: 4 })).toMatchObject({ minLength: 4, maxLength: 4 })
    expect(resolveOptions({ sample: true, topP: 1, topK: 1, temperature: 9 })).toMatchObject({ topK: 1 })
  })

  it('names what would be known, and what to do', () => {
    expect(() => resolveOptions({ temperature: 1 })).toThrow(/hint: set sample: true/)
    expect(() => resolveBatchOptions({ beams: 2 } as object)).toThrow(
      /known are batchSize, lengthMultiple, signal/,
    )
  })
})
