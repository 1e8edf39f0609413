import { OptionError } from '../errors.ts'

/** A value as an error shows it: -0.5, "adam", NaN. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Refuses a number outside [low, high). */
export function checkNumber(option: string, value: number, low: number, high: number, hint?: string): void {
  if (typeof value === 'number' && value >= low && value < high) return
  const range = high === Infinity ? `${low} or more` : `from ${low} to below ${high}`
  throw new OptionError({ option, problem: `${show(value)} is not ${range}`, hint })
}

/** Refuses a number that is not above 0, or not below `high`. */
export function checkPositive(option: string, value: number, high: number, hint?: string): void {
  if (typeof value === 'number' && value > 0 && value < high) return
  const range = high === Infinity ? 'above 0' : `above 0 and below ${high}`
  throw new OptionError({ option, problem: `${show(value)} is not ${range}`, hint })
}

/** Refuses a number outside [0, 1]. */
export function checkProbability(option: string, value: number): void {
  if (typeof value === 'number' && value >= 0 && value <= 1) return
  throw new OptionError({ option, problem: `${show(value)} is not from 0 to 1` })
}

/** Refuses what is not a whole number of `least` or more. */
export function checkCount(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new OptionError({ option, problem: `${show(value)} is not a whole number of ${least} or more` })
}

/** Refuses what is neither true nor false. */
export function checkFlag(option: string, value: boolean): void {
  if (typeof value === 'boolean') return
  throw new OptionError({ option, problem: `${show(value)} is neither true nor false` })
}

/** Refuses what is not one of these words. */
export function checkOneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return
  throw new OptionError({
    option,
    problem: `${show(value)} is not known`,
    hint: `known: ${allowed.join(', ')}`,
  })
}

/**
 * Refuses what is no object, and options that do not exist: none may be given and ignored.
 *
 * @param group the option that holds them; '' for those of the call itself.
 */
export function checkKnown(group: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError({ option: group || 'options', problem: `${show(options)} is not an object` })
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new OptionError({
      option: group === '' ? name : `${group}.${name}`,
      problem: 'there is no such option',
      hint: `known: ${known.join(', ')}`,
    })
  }
}
