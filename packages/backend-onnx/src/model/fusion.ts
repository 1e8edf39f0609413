import type { Graph, Node, NodeOf, ValueId } from '@dragoman/core/backend'
import type { Builder } from './builder.ts'
import type { RecurrentResults } from './composites/recurrent.ts'
import { writeRecurrent } from './composites/recurrent.ts'
import { broadcasting } from './elementwise.ts'
import { GraphIndex } from './graph-index.ts'
import { product } from './matmul.ts'
import type { RecurrentNode } from './recurrent-pattern.ts'
import { recurrentPattern } from './recurrent-pattern.ts'
import { reduction } from './reduce.ts'
import type { Value } from './value.ts'

/** Writes a node together with those that it takes in. */
export type FusedWriter = (b: Builder, valueAt: (id: ValueId) => Value) => Value | readonly Value[]

/** Nodes that one operator computes together. */
export interface Fusions {
  /** Nodes that need no operator of their own. */
  readonly absorbed: ReadonlySet<Node>
  readonly writers: ReadonlyMap<Node, FusedWriter>
}

/** What is known of a graph while fusions are looked for. */
class Finder {
  readonly absorbed = new Set<Node>()
  readonly writers = new Map<Node, FusedWriter>()
  readonly #index: GraphIndex

  constructor(graph: Graph) {
    this.#index = new GraphIndex(graph)
  }

  find(): Fusions {
    for (const node of this.#index.graph.nodes) {
      if (node.op === 'lstm' || node.op === 'gru') this.#recurrent(node)
      if (node.op === 'add') this.#biasedProduct(node)
      if (node.op === 'reduceSum') this.#sumOfSquares(node)
      if (node.op === 'select') this.#rectifier(node)
    }
    return this
  }

  /** A layer whose gates nothing reads, with its projection; the slices take what the operator gives apart. */
  #recurrent(node: RecurrentNode): void {
    const pattern = recurrentPattern(this.#index, node)
    if (!pattern) return
    for (const each of pattern.projection) this.absorbed.add(each)
    let results: RecurrentResults | undefined
    this.writers.set(node, (b, at) => {
      results = writeRecurrent(b, node, pattern, at)
      return [results.states]
    })
    for (const each of pattern.lastStates) this.writers.set(each, () => results!.lastState)
    for (const each of pattern.lastCells) this.writers.set(each, () => results!.lastCell!)
  }

  /** A product that nothing else reads, and a bias [N], or, of one matrix [M, N], another matrix [M, N]. */
  #biasedProduct(node: NodeOf<'add'>): void {
    const [left, right] = node.inputs as [ValueId, ValueId]
    for (const [id, bias] of [
      [left, right],
      [right, left],
    ] as const) {
      const maker = this.#index.maker(id)
      if (maker?.op !== 'matmul' || !this.#index.isReadOnce(id) || !this.#takesBias(maker, bias)) continue
      this.absorbed.add(maker)
      const [a, c] = maker.inputs as [ValueId, ValueId]
      const shape = this.#index.shape(node.outputs[0]!)
      this.writers.set(node, (b, at) => product(b, [at(a), at(c), at(bias)], maker.attributes, shape))
      return
    }
  }

  #takesBias({ inputs, outputs, attributes }: NodeOf<'matmul'>, bias: ValueId): boolean {
    const [left, right] = inputs.map((id) => this.#index.shape(id))
    const result = this.#index.shape(outputs[0]!)
    const shape = this.#index.shape(bias)
    if (right!.length !== 2) return false
    if (shape.length === 1 && shape[0] === result.at(-1)) return left!.length === 2 || !attributes.transposeA
    return left!.length === 2 && shape.length === 2 && shape.every((dim, axis) => dim === result[axis])
  }

  /** Σ x², for norms. */
  #sumOfSquares(node: NodeOf<'reduceSum'>): void {
    const [id] = node.inputs as [ValueId]
    const maker = this.#index.maker(id)
    if (maker?.op !== 'mul' || maker.inputs[0] !== maker.inputs[1] || !this.#index.isReadOnce(id)) return
    const { kind, shape } = this.#index.graph.values[node.outputs[0]!]!
    if (kind !== 'float' || node.attributes.axes.length === 0) return
    this.absorbed.add(maker)
    this.writers.set(node, (b, at) =>
      reduction(b, 'ReduceSumSquare', at(maker.inputs[0]!), node.attributes, { type: 'float', shape }),
    )
  }

  /** x ≤ 0 ? 0 : x. The comparison stays for the gradient, if there is one. */
  #rectifier(node: NodeOf<'select'>): void {
    const [condition, zero, x] = node.inputs as [ValueId, ValueId, ValueId]
    const maker = this.#index.maker(condition)
    if (maker?.op !== 'lessEqual' || maker.inputs[0] !== x || this.#index.kind(x) !== 'float') return
    if (!this.#index.isZero(zero) || !this.#index.isZero(maker.inputs[1]!)) return
    this.writers.set(node, (b, at) => broadcasting(b, 'Max', [at(x), b.scalar('float', 0)]))
  }
}

/** Finds what of a graph can be written with fewer operators that read and write less. */
export function findFusions(graph: Graph): Fusions {
  return new Finder(graph).find()
}
