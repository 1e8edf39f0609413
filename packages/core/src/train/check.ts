import { OptionError } from '../errors.ts'

/** Refuses a number outside [low, high). */
export function checkNumber(option: string, value: number, low: number, high: number, hint?: string): void {
  if (typeof value === 'number' && value >= low && value < high) return
  const range = high === Infinity ? `${low} or more` : `from ${low} to below ${high}`
  throw new OptionError({ option, problem: `${value} is not ${range}`, hint })
}

/** Refuses what is not a whole number of `least` or more. */
export function checkCount(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new OptionError({ option, problem: `${value} is not a whole number of ${least} or more` })
}
