import type { Shape } from '@dragoman/core'
import { evaluateShape, trace } from '@dragoman/core'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { Generator } from '../generator.ts'
import { expectSample } from './op-sample.ts'

/** Terms of the sums of one run after another: some, none (every sum is then 0), some again. */
const inners = [3, 0, 2]

/** Batches of products whose sums have terms in one run and none in the next: nothing of a run may stay. */
export function emptyProductCases(): ConformanceCase[] {
  return [0, 1, 2, 3].map((flags) => {
    const [transposeA, transposeB] = [(flags & 1) === 1, (flags & 2) === 2]
    const a: Shape = transposeA ? [2, 'inner', 3] : [2, 3, 'inner']
    const b: Shape = transposeB ? [2, 4, 'inner'] : [2, 'inner', 4]
    const graph = trace('matmul', (place) => {
      const operands = [place.input('0', 'float', a), place.input('1', 'float', b)]
      return { 'result 0': place.emit('matmul', operands, { transposeA, transposeB })[0]! }
    })
    const body = async (context: CaseContext) => {
      const draw = new Generator(1, 'products of nothing')
      for (const inner of inners) {
        const given = {
          0: draw.floats(evaluateShape(a, { inner })),
          1: draw.floats(evaluateShape(b, { inner })),
        }
        await expectSample(context, 'matmul', graph, given, await context.run(graph, given))
      }
    }
    const name = `matmul of batches [${a}] and [${b}], of no terms after some`
    return conformanceCase('ops', name, body, { ops: ['matmul'] })
  })
}
