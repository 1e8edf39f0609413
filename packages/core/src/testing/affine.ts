import type { DeviceArray, HostArray } from '../backend/contract.ts'
import { add, mul } from '../graph/elementwise.ts'
import type { Graph } from '../graph/graph.ts'
import { trace } from '../graph/trace.ts'
import { hostArray64 } from './run-reference.ts'

/** y = x · w + 1 with x [batch, 2] and w [2]: a small graph for tests of what is around graphs. */
export const affine: Graph = trace('affine', (place) => {
  const x = place.input('x', 'float', ['batch', 2])
  const w = place.input('w', 'float', [2])
  return { y: add(mul(x, w), 1) }
})

export const xs: HostArray = hostArray64('float', [2, 2], [1, 2, 3, 4])
export const w: HostArray = hostArray64('float', [2], [10, 100])
/** y for these inputs. */
export const affineResult: readonly number[] = [11, 201, 31, 401]

export async function numbers(array: DeviceArray | undefined): Promise<number[]> {
  return [...(await array!.read())]
}

/** What an action throws, or undefined. */
export async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  return undefined
}
