import type { Graph } from '@dragoman/core'
import { add, mul, trace } from '@dragoman/core'

/** w ← 2 w + x, and the old w as another output. */
export const doubling: Graph = trace('doubling', (place) => {
  const w = place.input('w', 'float', [3])
  const x = place.input('x', 'float', [3])
  return { w: add(mul(w, 2), x), before: w }
})

/** y = a + b, of any size. */
export const sum: Graph = trace('sum', (place) => ({
  y: add(place.input('a', 'float', ['size']), place.input('b', 'float', ['size'])),
}))

/** What comes in goes out, twice. */
export const twice: Graph = trace('twice', (place) => {
  const x = place.input('x', 'float', ['size'])
  return { one: x, two: x }
})
