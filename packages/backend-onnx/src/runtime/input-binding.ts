import { bindInputs, type Graph, type Kind, type ProgramInputs } from '@dragoman/core/backend'
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
  private last: readonly SeenInput[] | undefined

  constructor(graph: Graph) {
    this.graph = graph
    this.sizes = new SizeChecks(graph)
  }

  /** @throws ShapeError when an input is missing, unknown, or has another kind or shape. */
  check(inputs: ProgramInputs): void {
    if (this.last && isSame(this.last, inputs)) return
    this.sizes.run(bindInputs(this.graph, inputs))
    this.last = this.graph.inputs.map(({ name }) => {
      const { kind, shape } = inputs[name]!
      return { name, kind, shape: [...shape] }
    })
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
