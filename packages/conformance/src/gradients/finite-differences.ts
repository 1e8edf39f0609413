import type { Graph, HostArray, Session } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { floats } from '../array.ts'
import { runIn } from '../run-graph.ts'

const step = 1e-3

/**
 * The gradient of a graph's scalar output `loss` by one input, by central differences of fourth order:
 *
 *   f'(x) ≈ (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h
 *
 * The session's backend must compute in float64.
 *
 * Source: Fornberg 1988, "Generation of finite difference formulas on arbitrarily spaced grids", table 1.
 */
export async function finiteDifferences(
  session: Session,
  graph: Graph,
  inputs: Arrays,
  by: string,
): Promise<HostArray> {
  const { shape, data } = inputs[by]!
  const lossAt = async (index: number, change: number) => {
    const moved = Float64Array.from(data)
    moved[index] = moved[index]! + change
    const { loss } = await runIn(session, graph, { ...inputs, [by]: floats(shape, moved) })
    return loss!.data[0]!
  }
  const slopes: number[] = []
  for (let i = 0; i < data.length; i++) {
    const near = (await lossAt(i, step)) - (await lossAt(i, -step))
    const far = (await lossAt(i, 2 * step)) - (await lossAt(i, -2 * step))
    slopes.push((8 * near - far) / (12 * step))
  }
  return floats(shape, slopes)
}
