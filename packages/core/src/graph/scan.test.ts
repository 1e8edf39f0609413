import { describe, expect, it } from 'vitest'
import { hostArray } from '../backend/binding.ts'
import { reference } from '../backend/reference/reference.ts'
import { Session } from '../backend/session.ts'
import { GraphError } from '../errors.ts'
import { add, mul } from './elementwise.ts'
import { scan } from './scan.ts'
import type { Tensor } from './tensor.ts'
import { trace } from './trace.ts'

describe('scan', () => {
  it('keeps carries and ys apart under names that look like numbers', async () => {
    // A record lists such names first, whatever the order in which they were written.
    const graph = trace('loop', (place) => {
      const sum = place.input('start', 'float', [])
      const x = place.input('x', 'float', ['time'])
      const { carry, ys } = scan('body', place, { carry: { sum }, xs: { x } }, (before, at) => ({
        carry: { sum: add(before.sum, at.x) },
        ys: { 1: mul(at.x, 10), 0: at.x },
      }))
      return { sum: carry.sum, tens: ys[1], ones: ys[0] }
    })
    const program = await new Session(reference()).compile(graph)
    const outputs = await program.run({
      start: hostArray('float', [], [100]),
      x: hostArray('float', [3], [1, 2, 3]),
    })
    const read = async (name: string) => [...(await outputs[name]!.read())]
    expect(await read('sum')).toEqual([106])
    expect(await read('tens')).toEqual([10, 20, 30])
    expect(await read('ones')).toEqual([1, 2, 3])
  })

  it.each([
    [{}, "a step gives no carry 'sum'"],
    [{ sum: true, count: true }, "the carry 'count', which has no value before the first step"],
  ])('refuses a step with other carries: %j', (names, message) => {
    const build = () =>
      trace('loop', (place) => {
        const sum = place.input('sum', 'float', [])
        return scan('body', place, { carry: { sum }, xs: {}, length: 2 }, (before) => {
          const carry = Object.fromEntries(Object.keys(names).map((name) => [name, before.sum]))
          return { carry: carry as { sum: Tensor<'float'> }, ys: {} }
        }).carry
      })
    expect(build).toThrow(GraphError)
    expect(build).toThrow(message)
  })
})
