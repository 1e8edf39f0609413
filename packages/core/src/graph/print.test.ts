import { expect, it } from 'vitest'
import { add, neg, select } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { constant, full, pad } from './movement.ts'
import { print } from './print.ts'
import { reduceSum } from './reduce.ts'
import { scan } from './scan.ts'
import { trace } from './trace.ts'

it('prints one line a node, with attributes, types and scope', () => {
  const graph = trace('dense', (place) => {
    const x = place.input('x', 'float', ['batch', 12])
    const weight = place.input('output.weight', 'float', [4, 12])
    const y = place.scoped('decoder', () =>
      place.scoped('output', () => matmul(x, weight, { transposeB: true })),
    )
    const total = reduceSum(y, { axes: [1] })
    return { total, padded: pad(select(constant(place, 'bool', [], [1]), total, 0), [1], [0], -0.5) }
  })
  expect(print(graph)).toBe(`graph dense
  input %0 'x' : float [batch, 12]
  input %1 'output.weight' : float [4, 12]
  %2 = matmul(%0, %1) {transposeB} : float [batch, 4]   # decoder.output
  %3 = reduceSum(%2) {axes=[1]} : float [batch]
  %4 = constant() {kind=bool, shape=[], data=[1]} : bool []
  %5 = constant() {kind=float, shape=[], data=[0]} : float []
  %6 = select(%4, %3, %5) : float [batch]
  %7 = pad(%6) {low=[1], high=[0], value=-0.5} : float [batch+1]
  output %3 'total'
  output %7 'padded'`)
})

it('indents the body of a loop, and cuts long literals short', () => {
  const graph = trace('sums', (place) => {
    const x = place.input('x', 'float', ['time', 10])
    const steps = constant(place, 'float', [10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const s = full(place, 'float', [10], 0)
    const { carry } = scan('sum', place, { carry: { s }, xs: { x }, reverse: true }, (at, step) => ({
      carry: { s: add(add(at.s, step.x as typeof s), neg(steps)) },
      ys: {},
    }))
    return carry
  })
  expect(print(graph)).toBe(`graph sums
  input %0 'x' : float [time, 10]
  %1 = constant() {kind=float, shape=[10], data=[0, 1, 2, 3, 4, 5, 6, 7, … 2 more]} : float [10]
  %2 = constant() {kind=float, shape=[], data=[0]} : float []
  %3 = broadcast(%2) {shape=[10]} : float [10]
  %4 = neg(%1) : float [10]   # sum
  %5 = scan(%3, %0, %4) {carries=1, xs=1, length=time, reverse} : float [10]
    input %0 's' : float [10]
    input %1 'x.x' : float [10]
    input %3 'constant.0' : float [10]
    %2 = add(%0, %1) : float [10]   # sum
    %4 = add(%2, %3) : float [10]   # sum
    output %4 's'
  output %5 's'`)
})
