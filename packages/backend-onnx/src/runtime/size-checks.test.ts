import { dynamicSlice, dynamicUpdate, type Graph, neg, scan, slice, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { SizeChecks } from './size-checks.ts'

const graphs: Readonly<Record<string, Graph>> = {
  shifted: trace('shifted', (place) => {
    const x = place.input('x', 'float', ['time', 2])
    return { y: slice(x, 0, 1, 'time-1') }
  }),
  head: trace('head', (place) => ({ y: slice(place.input('x', 'float', ['time']), 0, 2, 3) })),
  window: trace('window', (place) => {
    const x = place.input('x', 'float', ['time'])
    return { y: dynamicSlice(x, place.input('at', 'int', []), 0, 3) }
  }),
  cache: trace('cache', (place) => {
    const cache = place.input('cache', 'float', ['capacity'])
    const entry = place.input('entry', 'float', ['time'])
    return { y: dynamicUpdate(cache, entry, place.input('at', 'int', []), 0) }
  }),
  loop: trace('loop', (place) => {
    const xs = place.input('xs', 'float', ['steps', 'time'])
    return scan('loop', place, { carry: {}, xs: { x: xs } }, (_, { x }) => ({
      carry: {},
      ys: { y: slice(neg(x), 0, 2, 3) },
    })).ys
  }),
}

test.each([
  ['shifted', { time: 0 }, 'slice: the size time-1 is -1 in this run'],
  ['head', { time: 4 }, 'slice: entries 2 to 5 exceed an axis of 4'],
  ['window', { time: 2 }, 'dynamicSlice: entries 0 to 3 exceed an axis of 2'],
  ['cache', { capacity: 4, time: 5 }, 'dynamicUpdate: entries 0 to 5 exceed an axis of 4'],
  ['loop', { steps: 2, time: 4 }, 'slice: entries 2 to 5 exceed an axis of 4'],
])('refuses for %s the sizes %j', (name, bindings, problem) => {
  expect(() => new SizeChecks(graphs[name]!).run(bindings)).toThrow(problem)
})

test('takes sizes that just fit', () => {
  const bindings = { time: 5, capacity: 5, steps: 0 }
  for (const graph of Object.values(graphs)) new SizeChecks(graph).run(bindings)
})
