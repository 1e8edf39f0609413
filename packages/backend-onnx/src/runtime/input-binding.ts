import { bindInputs, type Graph, type Kind, type ProgramInputs } from '@dragoman/core/backend'
import { EmptyProducts } from './empty-products.ts'
import { SizeChecks } from './size-checks.ts'

interface SeenInput {
  readonly name: string
  readonly kind: Kind
  readonly shape: readonly number[]
}

/** Checks the inputs of a program; sizes that were those of the run before are only compared. */
export class InputBinding {
  private readonly graph: Graph
  private readonly sizes: SizeChecks
  private readonly products: EmptyProducts
  private hasEmptyProducts = false
  private last: readonly SeenInput[] | undefined

  constructor(graph: Graph) {
    this.graph = graph
    this.sizes = new SizeChecks(graph)
    this.products = new EmptyProducts(graph)
  }

  /**
   * Says whether a product of this run is over nothing.
   *
   * @throws ShapeError when an input is missing, unknown, or has another kind or shape.
   */
  check(inputs: ProgramInputs): boolean {
    if (this.last && isSame(this.last, inputs)) return this.hasEmptyProducts
    const bindings = bindInputs(this.graph, inputs)
    this.sizes.run(bindings)
    this.hasEmptyProducts = this.products.has(bindings)
    this.last = this.graph.inputs.map(({ name }) => {
      const { kind, shape } = inputs[name]!
      return { name, kind, shape: [...shape] }
    })
    return this.hasEmptyProducts
  }
}

function isSame(last: readonly SeenInput[], inputs: ProgramInputs): boolean {
  let given = 0
  for (const _ in inputs) given++
  if (given !== last.length) return false
  for (const { name, kind, shape } of last) {
    const array = inputs[name]
    if (!array || array.kind !== kind || array.shape.length !== shape.length) return false
    for (let axis = 0; axis < shape.length; axis++) if (array.shape[axis] !== shape[axis]) return false
  }
  return true
}
