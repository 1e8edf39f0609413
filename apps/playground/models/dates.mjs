import { draws } from './draws.mjs'

const names = 'january february march april may june july august september october november december'.split(
  ' ',
)
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

/** How people write a date; two-digit years mean 1970 to 2069. */
const ways = [
  ({ day, month, year }) => `${day} ${names[month]} ${year}`,
  ({ day, month, year }) => `${day} ${names[month].slice(0, 3)} ${year}`,
  ({ day, month, year }) => `${names[month]} ${day}, ${year}`,
  ({ day, month, year }) => `${names[month].slice(0, 3)} ${day} ${year}`,
  ({ day, month, year }) => `the ${ordinal(day)} of ${names[month]}, ${year}`,
  ({ day, month, year }) => `${names[month]} ${ordinal(day)} ${year}`,
  ({ day, month, year, weekday }) => `${weekdays[weekday]}, ${day} ${names[month]} ${year}`,
  ({ day, month, year, weekday }) =>
    `${weekdays[weekday].slice(0, 3)} ${names[month].slice(0, 3)} ${day}, ${year}`,
  ({ day, month, year }) => `${day}/${month + 1}/${String(year).slice(2)}`,
  ({ day, month, year }) => `${two(day)}.${two(month + 1)}.${year}`,
  ({ day, month, year }) => `${day} ${names[month].slice(0, 3)} '${String(year).slice(2)}`,
]

/** Dates from 1970 to 2069, as people write them and as ISO 8601. */
export function datePairs(count, seed) {
  const draw = draws(seed, 'dates')
  const days = (Date.UTC(2070, 0, 1) - Date.UTC(1970, 0, 1)) / 86_400_000
  return Array.from({ length: count }, () => {
    const date = new Date(draw.integer(0, days - 1) * 86_400_000)
    const parts = {
      day: date.getUTCDate(),
      month: date.getUTCMonth(),
      year: date.getUTCFullYear(),
      weekday: date.getUTCDay(),
    }
    return { source: draw.pick(ways)(parts), target: date.toISOString().slice(0, 10) }
  })
}

function two(number) {
  return String(number).padStart(2, '0')
}

function ordinal(day) {
  const ending = day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')
  return `${day}${ending}`
}
