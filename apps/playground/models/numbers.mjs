import { draws } from './draws.mjs'

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

/** A number from 0 to 999999 in British English words. */
export function inWords(number) {
  if (number < 20) return small[number]
  if (number < 100)
    return number % 10 ? `${tens[Math.floor(number / 10)]}-${small[number % 10]}` : tens[number / 10]
  if (number < 1_000) {
    const rest = number % 100
    return `${small[Math.floor(number / 100)]} hundred${rest ? ` and ${inWords(rest)}` : ''}`
  }
  const rest = number % 1_000
  const joint = rest === 0 ? '' : rest < 100 ? ` and ${inWords(rest)}` : ` ${inWords(rest)}`
  return `${inWords(Math.floor(number / 1_000))} thousand${joint}`
}

/** Numbers of one to six digits, each length equally often, and their words. */
export function numberPairs(count, seed) {
  const draw = draws(seed, 'numbers')
  return Array.from({ length: count }, () => {
    const digits = draw.integer(1, 6)
    const number = draw.integer(digits === 1 ? 0 : 10 ** (digits - 1), 10 ** digits - 1)
    return { source: String(number), target: inWords(number) }
  })
}
