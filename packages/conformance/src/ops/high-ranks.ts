import type { ConformanceCase } from '../case.ts'
import { Generator } from '../generator.ts'
import { sampleCase } from './op-sample.ts'

const draw = new Generator(1, 'samples of many axes')

/** Sizes of each axis, by its number. */
const sizes = (rank: number, sizeOf: (axis: number) => number) =>
  Array.from({ length: rank }, (_, i) => sizeOf(i))

/** Ops whose kernels are often written for a few axes only, on six to eight: no two neighbours broadcast alike. */
export function highRankCases(): ConformanceCase[] {
  return [6, 7, 8].flatMap((rank) => {
    const whole = sizes(rank, () => 2)
    const even = sizes(rank, (axis) => (axis % 2 === 0 ? 2 : 1))
    const odd = sizes(rank, (axis) => (axis % 2 === 0 ? 1 : 2))
    const name = `of ${rank} axes`
    const ofTwo = (op: 'add' | 'mul', kind: 'float' | 'int') => {
      const operand = (shape: number[]) => (kind === 'int' ? draw.ints(shape, -9, 9) : draw.floats(shape))
      return sampleCase(
        op,
        { name: `${name}, ${kind}`, inputs: [operand(even), operand(odd)], attributes: {} },
        'ops',
      )
    }
    const choice = [draw.bools(odd), draw.floats(even), draw.floats(whole)]
    const borders = {
      low: sizes(rank, (axis) => axis % 2),
      high: sizes(rank, (axis) => (axis === 0 ? 1 : 0)),
      value: 1,
    }
    const axes = sizes(rank, (axis) => axis).filter((axis) => axis % 2 === 1)
    const wide = draw.floats(sizes(rank, () => 3))
    const window = { starts: sizes(rank, (axis) => axis % 2), sizes: whole }
    return [
      ...(['add', 'mul'] as const).flatMap((op) => [ofTwo(op, 'float'), ofTwo(op, 'int')]),
      sampleCase('select', { name, inputs: choice, attributes: {} }, 'ops'),
      sampleCase('pad', { name, inputs: [draw.floats(whole)], attributes: borders }, 'ops'),
      sampleCase('broadcast', { name, inputs: [draw.floats(odd)], attributes: { shape: whole } }, 'ops'),
      sampleCase(
        'reduceSum',
        { name, inputs: [draw.floats(whole)], attributes: { axes, keepDims: false } },
        'ops',
      ),
      sampleCase(
        'transpose',
        { name, inputs: [wide], attributes: { permutation: sizes(rank, (axis) => rank - 1 - axis) } },
        'ops',
      ),
      sampleCase('flip', { name, inputs: [wide], attributes: { axes } }, 'ops'),
      sampleCase('slice', { name, inputs: [wide], attributes: window }, 'ops'),
      sampleCase('argMax', { name, inputs: [wide], attributes: { axis: 3 } }, 'ops'),
      sampleCase('tanh', { name, inputs: [wide], attributes: {} }, 'ops'),
      sampleCase('cast', { name, inputs: [wide], attributes: { kind: 'int' } }, 'ops'),
    ] satisfies ConformanceCase[]
  })
}
