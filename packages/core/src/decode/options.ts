import { OptionError } from '../errors.ts'

/** How many sources run at once, and what stops them. */
export interface BatchOptions {
  /** Sources a batch. Default 32. It changes speed and memory, not results. */
  readonly batchSize?: number | undefined
  /** Source lengths are rounded up to a multiple of this, so that fewer shapes occur. Default 1. */
  readonly lengthMultiple?: number | undefined
  /** Looked at before each step; then AbortError is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * How targets are generated: greedily by default, by beam search with `beams` above 1, by drawing with
 * `sample`. An option that does not apply to the way chosen is refused. `docs/decoding.md` has the rules.
 */
export interface GenerateOptions extends BatchOptions {
  /** Prefixes kept for each source. Default 1: greedy. */
  readonly beams?: number | undefined
  /** Hypotheses returned for each source, at most `beams`. Default 1. */
  readonly nbest?: number | undefined
  /** p in score = Σ log-probabilities / length^p; with beams. Default 1; more favours longer targets. */
  readonly lengthPenalty?: number | undefined
  /** Draw each token instead of taking the best. Default false. */
  readonly sample?: boolean | undefined
  /** Divides the log-probabilities before a draw; above 0. Default 1. With `sample`. */
  readonly temperature?: number | undefined
  /** Draw from the k most likely tokens only. Default: all. With `sample`. */
  readonly topK?: number | undefined
  /** Draw from the fewest most likely tokens with a probability of p together. Default 1: all. With `sample`. */
  readonly topP?: number | undefined
  /** Which draws, a whole number from 0 to 2^53 − 1. Default 0. With `sample`. */
  readonly seed?: number | undefined
  /** Least tokens before `<eos>`. Default 0. */
  readonly minLength?: number | undefined
  /** Most tokens, `<eos>` counted. Default 2 · source tokens + 50 + minLength, `<eos>` counted in the source. */
  readonly maxLength?: number | undefined
  /** Return attention weights; only of a decoder that has them. Default false. */
  readonly attention?: boolean | undefined
}

/** Options of {@link GenerateOptions} that were checked, with defaults where they do not depend on the source. */
export interface GenerateSettings {
  readonly beams: number
  readonly nbest: number
  readonly lengthPenalty: number
  readonly sample: boolean
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
  readonly minLength: number
  readonly maxLength: number | undefined
  readonly attention: boolean
  readonly batchSize: number
  readonly lengthMultiple: number
  readonly signal: AbortSignal | undefined
}

/** Options that apply to drawing only. */
const samplingOptions = ['temperature', 'topK', 'topP', 'seed'] as const

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => ({
  fits: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  wanted:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least} up`
      : `a whole number from ${least} to ${most}`,
})
const number = (wanted: string, isInRange: (value: number) => boolean) => ({
  fits: (value: unknown) => typeof value === 'number' && Number.isFinite(value) && isInRange(value),
  wanted,
})
const flag = { fits: (value: unknown) => typeof value === 'boolean', wanted: 'true or false' }

/** What each option may be on its own. */
const ranges: Readonly<
  Record<keyof GenerateOptions, { fits(value: unknown): boolean; readonly wanted: string }>
> = {
  beams: whole(1),
  nbest: whole(1),
  lengthPenalty: number('a number', () => true),
  sample: flag,
  temperature: number('a number above 0', (value) => value > 0),
  topK: whole(1),
  topP: number('a number above 0 and at most 1', (value) => value > 0 && value <= 1),
  seed: whole(0),
  minLength: whole(0),
  maxLength: whole(1),
  attention: flag,
  batchSize: whole(1),
  lengthMultiple: whole(1),
  signal: {
    fits: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
    wanted: 'an AbortSignal',
  },
}

/**
 * Checks options and fills in defaults.
 *
 * @throws OptionError for an unknown option, a value out of range, or one that does not apply.
 */
export function resolveOptions(options: GenerateOptions): GenerateSettings {
  checkRanges(options, Object.keys(ranges) as (keyof GenerateOptions)[])
  checkTogether(options)
  return {
    beams: options.beams ?? 1,
    nbest: options.nbest ?? 1,
    lengthPenalty: options.lengthPenalty ?? 1,
    sample: options.sample ?? false,
    temperature: options.temperature ?? 1,
    topK: options.topK ?? Number.POSITIVE_INFINITY,
    topP: options.topP ?? 1,
    seed: options.seed ?? 0,
    minLength: options.minLength ?? 0,
    maxLength: options.maxLength,
    attention: options.attention ?? false,
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

function checkRanges(options: GenerateOptions, known: readonly (keyof GenerateOptions)[]): void {
  for (const [name, value] of Object.entries(options)) {
    const option = known.find((each) => each === name)
    if (!option) fail(name, 'there is no such option', `known are ${known.join(', ')}`)
    const { fits, wanted } = ranges[option]
    if (value !== undefined && !fits(value)) fail(name, `${String(value)} is not ${wanted}`)
  }
}

function checkTogether(options: GenerateOptions): void {
  const { beams = 1, nbest = 1, sample = false, minLength = 0, maxLength, lengthPenalty } = options
  if (sample && beams > 1) {
    fail('sample', `${beams} beams are searched, nothing is drawn`, 'leave out either sample or beams')
  }
  if (sample && nbest > 1) {
    fail('nbest', 'one target is drawn for each source', 'give the source several times: each draws anew')
  }
  if (nbest > beams) fail('nbest', `${nbest} hypotheses of ${beams} beams`, 'raise beams, or lower nbest')
  if (lengthPenalty !== undefined && beams === 1) {
    fail(
      'lengthPenalty',
      'there is one hypothesis, so nothing to compare',
      'set beams above 1, or leave it out',
    )
  }
  for (const option of samplingOptions) {
    if (!sample && options[option] !== undefined) {
      fail(option, 'nothing is drawn', 'set sample: true, or leave it out')
    }
  }
  if (maxLength !== undefined && minLength > maxLength) {
    fail('minLength', `${minLength} is above maxLength, ${maxLength}`, 'lower it, or raise maxLength')
  }
}

function fail(option: string, problem: string, hint?: string): never {
  throw new OptionError({ option, problem, hint })
}
