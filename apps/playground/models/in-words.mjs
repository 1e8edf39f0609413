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
