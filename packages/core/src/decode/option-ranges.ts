import { OptionError } from '../errors.ts'
import type { GenerateOptions, TargetTokens, TokenReference } from './options.ts'

/** What an option may be on its own. */
interface Range {
  fits(value: unknown): boolean
  readonly wanted: string
}

const whole = (least: number): Range => ({
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least,
  wanted: `a whole number from ${least} up`,
})
const number = (wanted: string, isInRange: (value: number) => boolean): Range => ({
  fits: (value) => typeof value === 'number' && Number.isFinite(value) && isInRange(value),
  wanted,
})
const above0 = number('a number above 0', (value) => value > 0)
const share = number('a number above 0 and at most 1', (value) => value > 0 && value <= 1)
const flag: Range = { fits: (value) => typeof value === 'boolean', wanted: 'true or false' }
const callback: Range = { fits: (value) => typeof value === 'function', wanted: 'a function' }
const oneOf = (...values: readonly unknown[]): Range => ({
  fits: (value) => values.includes(value),
  wanted: values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(' or '),
})
const token: Range = { fits: isTokenReference, wanted: 'a token or an id' }

function isTokenReference(value: unknown): value is TokenReference {
  return typeof value === 'string' || (Number.isSafeInteger(value) && Number(value) >= 0)
}

/** Whether a value is a text or ids. */
export function isTargetTokens(value: unknown): value is TargetTokens {
  if (typeof value === 'string' || value instanceof Int32Array) return true
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id))
}

function isListOf(value: unknown, fits: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits)
}

const ranges: Readonly<Record<keyof GenerateOptions, Range>> = {
  beams: whole(1),
  nbest: whole(1),
  lengthPenalty: number('a number', () => true),
  lengthPenaltyKind: oneOf('average', 'wu'),
  coveragePenalty: number('a number from 0 up', (value) => value >= 0),
  earlyStopping: oneOf(true, false, 'never'),
  patience: above0,
  beamGroups: whole(2),
  diversityPenalty: above0,
  sample: flag,
  temperature: above0,
  topK: whole(1),
  topP: share,
  minP: number('a number from 0 to 1', (value) => value >= 0 && value <= 1),
  typicalP: share,
  seed: whole(0),
  minLength: whole(0),
  maxLength: whole(1),
  repetitionPenalty: above0,
  noRepeatNgramSize: whole(1),
  forcedFirst: token,
  forcedLast: token,
  suppressTokens: { fits: (value) => isListOf(value, isTokenReference), wanted: 'a list of tokens or ids' },
  tokenBias: {
    fits: (value) =>
      isListOf(value, (pair) => {
        return (
          Array.isArray(pair) && pair.length === 2 && isTokenReference(pair[0]) && Number.isFinite(pair[1])
        )
      }),
    wanted: 'a list of pairs [token or id, number]',
  },
  replaceUnknown: flag,
  targetPrefix: {
    fits: (value) => isTargetTokens(value) || isListOf(value, isTargetTokens),
    wanted: 'a text, ids, or a list of those with one for each source',
  },
  allowedTokens: callback,
  mustContain: {
    fits: (value) => typeof value === 'function' || isListOf(value, isTargetTokens),
    wanted: 'a list of texts or ids, or a function that gives one',
  },
  attention: oneOf(true, false, 'all'),
  onToken: callback,
  onStep: callback,
  batchSize: whole(1),
  lengthMultiple: whole(1),
  signal: {
    fits: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
    wanted: 'an AbortSignal',
  },
}

/** Every option of `generate`. */
export const optionNames: readonly (keyof GenerateOptions)[] = Object.keys(
  ranges,
) as (keyof GenerateOptions)[]

/** Throws OptionError for an option that is not among `known`, or whose value is out of range. */
export function checkRanges(options: GenerateOptions, known: readonly (keyof GenerateOptions)[]): void {
  for (const [name, value] of Object.entries(options)) {
    const option = known.find((each) => each === name)
    if (!option) {
      const hint = `known are ${known.join(', ')}`
      throw new OptionError({ option: name, problem: 'there is no such option', hint })
    }
    const { fits, wanted } = ranges[option]
    if (value !== undefined && !fits(value)) {
      throw new OptionError({ option: name, problem: `${String(value)} is not ${wanted}` })
    }
  }
}
