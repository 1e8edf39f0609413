import { OptionError } from '../errors.ts'
import { finishedSize } from './beam.ts'
import { checkRanges, optionNames } from './option-ranges.ts'
import type {
  BatchOptions,
  BeamSearchOptions,
  GenerateOptions,
  GenerateSettings,
  SamplingOptions,
} from './options.ts'

/** Options that apply with beams only, besides `beams` itself and `nbest`. */
export const beamOnly: readonly Exclude<keyof BeamSearchOptions, 'beams' | 'nbest'>[] = [
  'lengthPenalty',
  'lengthPenaltyKind',
  'coveragePenalty',
  'earlyStopping',
  'patience',
  'beamGroups',
  'diversityPenalty',
]

/** Options that apply with `sample` only. */
export const samplingOnly: readonly Exclude<keyof SamplingOptions, 'sample'>[] = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'typicalP',
  'seed',
]

/**
 * Checks options and fills in defaults.
 *
 * @throws OptionError for an unknown option, a value out of range, or one that does not apply.
 */
export function resolveOptions(options: GenerateOptions): GenerateSettings {
  checkRanges(options, optionNames)
  checkWay(options)
  checkBeams(options)
  checkTargets(options)
  return {
    beams: options.beams ?? 1,
    nbest: options.nbest ?? 1,
    lengthPenalty: options.lengthPenalty ?? 1,
    lengthPenaltyKind: options.lengthPenaltyKind ?? 'average',
    coveragePenalty: options.coveragePenalty ?? 0,
    earlyStopping: options.earlyStopping ?? false,
    patience: options.patience ?? 1,
    beamGroups: options.beamGroups ?? 1,
    diversityPenalty: options.diversityPenalty ?? 0,
    sample: options.sample ?? false,
    temperature: options.temperature ?? 1,
    topK: options.topK ?? Number.POSITIVE_INFINITY,
    topP: options.topP ?? 1,
    minP: options.minP ?? 0,
    typicalP: options.typicalP ?? 1,
    seed: options.seed ?? 0,
    minLength: options.minLength ?? 0,
    maxLength: options.maxLength,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    noRepeatNgramSize: options.noRepeatNgramSize ?? Number.POSITIVE_INFINITY,
    forcedFirst: options.forcedFirst,
    forcedLast: options.forcedLast,
    suppressTokens: options.suppressTokens ?? [],
    tokenBias: options.tokenBias ?? [],
    replaceUnknown: options.replaceUnknown ?? false,
    targetPrefix: options.targetPrefix,
    allowedTokens: options.allowedTokens,
    mustContain: options.mustContain,
    attention: options.attention ?? false,
    onToken: options.onToken,
    onStep: options.onStep,
    ...batchSettings(options),
  }
}

/** The same for calls that generate nothing. */
export function resolveBatchOptions(
  options: BatchOptions,
): Pick<GenerateSettings, 'batchSize' | 'lengthMultiple' | 'signal'> {
  checkRanges(options, ['batchSize', 'lengthMultiple', 'signal'])
  return batchSettings(options)
}

function batchSettings({ batchSize = 32, lengthMultiple = 1, signal }: BatchOptions) {
  return { batchSize, lengthMultiple, signal }
}

/** Options of a way of searching that was not chosen. */
function checkWay(options: GenerateOptions): void {
  const { beams = 1, nbest = 1, sample = false } = options
  if (sample && beams > 1) {
    fail('sample', `${beams} beams are searched, nothing is drawn`, 'leave out either sample or beams')
  }
  if (sample && nbest > 1) {
    fail('nbest', 'one target is drawn for each source', 'give the source several times: each draws anew')
  }
  for (const option of samplingOnly) {
    if (!sample && options[option] !== undefined) {
      fail(option, 'nothing is drawn', 'set sample: true, or leave it out')
    }
  }
  for (const option of [...beamOnly, 'mustContain'] as const) {
    if (beams === 1 && options[option] !== undefined) {
      fail(option, 'there is one hypothesis, so nothing to compare', 'set beams above 1, or leave it out')
    }
  }
  if (options.onToken && beams > 1) {
    fail('onToken', `the tokens of ${beams} beams are not known before the end`, 'leave out either')
  }
}

function checkBeams(options: GenerateOptions): void {
  const { beams = 1, nbest = 1, patience = 1, beamGroups, diversityPenalty } = options
  if (nbest > beams) fail('nbest', `${nbest} hypotheses of ${beams} beams`, 'raise beams, or lower nbest')
  if (beamGroups !== undefined && beams % beamGroups !== 0) {
    fail('beamGroups', `${beams} beams make no ${beamGroups} groups of one size`, 'let it divide beams')
  }
  const kept = (beamGroups ?? 1) * finishedSize(beams / (beamGroups ?? 1), patience)
  if (nbest > kept) {
    fail('nbest', `${nbest} hypotheses, but with patience ${patience} ${kept} are kept`, 'raise patience')
  }
  if (beamGroups !== undefined && diversityPenalty === undefined) {
    fail('beamGroups', 'groups without a diversityPenalty all find the same', 'set diversityPenalty')
  }
  if (diversityPenalty !== undefined && beamGroups === undefined) {
    fail('diversityPenalty', 'there is one group', 'set beamGroups, or leave it out')
  }
  if (beamGroups !== undefined && options.mustContain !== undefined) {
    fail('mustContain', 'the beams are split into groups already', 'leave out either')
  }
}

function checkTargets({ minLength = 0, maxLength, ...options }: GenerateOptions): void {
  if (maxLength !== undefined && minLength > maxLength) {
    fail('minLength', `${minLength} is above maxLength, ${maxLength}`, 'lower it, or raise maxLength')
  }
  if (options.forcedFirst !== undefined && options.targetPrefix !== undefined) {
    fail('forcedFirst', 'the target prefix has the first token', 'leave out either')
  }
  if (options.forcedFirst !== undefined && options.forcedLast !== undefined && maxLength === 1) {
    fail('forcedLast', 'the only token is the first', 'raise maxLength, or leave it out')
  }
}

function fail(option: string, problem: string, hint?: string): never {
  throw new OptionError({ option, problem, hint })
}
