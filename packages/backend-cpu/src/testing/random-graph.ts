import { evaluateShape, type Graph, type Tensor, trace } from '@dragoman/core'
import type { Arrays } from './compare-backends.ts'
import { Builder, type Known } from './graph-builder.ts'
import { makers } from './random-nodes.ts'
import type { RandomSource } from './random-source.ts'

/** A random graph, with random inputs for it. */
export interface RandomCase {
  readonly graph: Graph
  /** Largest element that each output may have. */
  readonly magnitudes: Readonly<Record<string, number>>
  /** Inputs for some sizes of the symbols. */
  readonly inputs: (sizes: Readonly<Record<string, number>>) => Arrays
}

/** Most of what nothing else reads, so that little is dead, and some values on the way. */
function outputValues({ random, place, values }: Builder): Known[] {
  const read = new Set(place.nodes.flatMap((node) => node.inputs))
  const ends = values.filter(({ tensor }) => !read.has(tensor.id))
  const chosen = new Set([...ends.filter(() => random.chance(0.8)), ...random.shuffled(values).slice(0, 3)])
  return random.shuffled([...chosen])
}

/** A graph of about so many nodes over inputs of mixed kinds and shapes; the symbols are `a` and `b`. */
export function randomCase(random: RandomSource, nodes: number): RandomCase {
  const magnitudes: Record<string, number> = {}
  const graph = trace('random', (place) => {
    const builder = new Builder(random, place, makers)
    place.input('sizes', 'float', ['a', 'b'])
    const count = random.int(2, 6)
    for (let i = 0; i < count; i++) {
      const kind = random.pick(['float', 'float', 'float', 'int', 'bool'] as const)
      const tensor = place.input(`in${i}`, kind, builder.shape())
      builder.values.push({ tensor, magnitude: kind === 'int' ? 4 : 1, isExact: true })
    }
    builder.grow(nodes)
    const outputs: Record<string, Tensor> = {}
    for (const value of outputValues(builder)) {
      // Some outputs are named like inputs, which they may then take the memory of.
      const name = random.chance(0.3) ? `in${random.int(0, count)}` : `out${Object.keys(outputs).length}`
      outputs[name] = value.tensor
      magnitudes[name] = value.magnitude
    }
    return outputs
  })
  return {
    graph,
    magnitudes,
    inputs: (sizes) =>
      Object.fromEntries(
        graph.inputs.map(({ name, value }) => {
          const { kind, shape } = graph.values[value]!
          return [name, random.array(kind, evaluateShape(shape, sizes))]
        }),
      ),
  }
}
