import { GraphError } from '../errors.ts'
import type { Initializer, Parameter } from '../graph/tensor.ts'

/** Declares weights under a path; every weight of a model is declared once, before anything is traced. */
export class ParameterScope {
  readonly path: string
  private readonly declared: Map<string, Parameter>

  constructor(path = '', declared: Map<string, Parameter> = new Map()) {
    this.path = path
    this.declared = declared
  }

  /** The scope of a part: its weights stand under `path.name`. */
  in(name: string): ParameterScope {
    return new ParameterScope(this.path === '' ? name : `${this.path}.${name}`, this.declared)
  }

  /** Declares a weight. Throws GraphError when the path is taken: to share a weight, pass it on. */
  declare(name: string, shape: readonly number[], initializer: Initializer): Parameter {
    const path = this.path === '' ? name : `${this.path}.${name}`
    if (this.declared.has(path)) {
      throw new GraphError({ operation: 'declare', problem: `there is already a weight '${path}'` })
    }
    const parameter = { path, shape, initializer }
    this.declared.set(path, parameter)
    return parameter
  }

  /** Every weight declared so far in this and all related scopes. */
  all(): readonly Parameter[] {
    return [...this.declared.values()]
  }
}
