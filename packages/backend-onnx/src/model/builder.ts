import type { Dim, HostArray, Shape } from '@dragoman/core/backend'
import { sameShape } from '@dragoman/core/backend'
import type { AttributeValue, DataType, TensorProto } from '../protobuf/onnx.ts'
import { dataTypes } from '../protobuf/onnx.ts'
import { dimTerms } from './dim-terms.ts'
import { bytesOf, bytesOfArray, typeOf } from './literals.ts'
import type { PendingGraph, PendingNode, Scope, Value } from './value.ts'

/** `standard`: for any engine; `runtime`: for a session of ONNX Runtime, which prepares weights when it opens. */
export type Dialect = 'standard' | 'runtime'

/** How a model is written. */
export interface BuilderOptions {
  readonly dialect: Dialect
  /** Name that errors give. */
  readonly backend: string
  /** What a GPU may give with NaN or digits lost is written so that it does not; default false. */
  readonly hasLooseMath?: boolean
  /** Names that values of the model's inside must not have. */
  readonly reserved: Iterable<string>
}

/** What a node is, beside its tensors. */
export interface NodeParts {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  readonly bodies?: Readonly<Record<string, PendingGraph>>
  /** Where the node must stand; by default as far out as its inputs allow. */
  readonly scope?: Scope
}

/** Type and shape of a result. */
export interface ResultType {
  readonly type: DataType
  readonly shape: Shape
}

/**
 * Collects the nodes of a model.
 *
 * A node that is asked for twice is written once, and a node of a loop's body that needs nothing of the
 * body is written before the loop. Sizes that depend on symbols are computed once, from the inputs.
 */
export class Builder {
  readonly main: Scope = { depth: 0, nodes: [] }
  /** What the model is written for. */
  readonly dialect: Dialect
  /** Stands in errors. */
  readonly backend: string
  /** Whether functions may lose NaN, and Sin and Cos digits, where the model runs. */
  readonly hasLooseMath: boolean
  readonly initializers: { readonly value: Value; readonly tensor: TensorProto }[] = []
  /** What the nodes belong to, for their names. */
  label = ''
  #count = 0
  readonly #known = new Map<string, readonly Value[]>()
  readonly #wholes = new Map<Value, Value>()
  readonly #symbols = new Map<string, { readonly value: Value; readonly axis: number }>()
  readonly #bindings: Record<string, number> = {}
  readonly #reserved: ReadonlySet<string>
  readonly #memory = new Map<string, { readonly what: unknown; readonly scope: Scope }>()
  #scope: Scope = this.main

  constructor({ dialect, backend, reserved, hasLooseMath = false }: BuilderOptions) {
    this.hasLooseMath = hasLooseMath
    this.dialect = dialect
    this.backend = backend
    this.#reserved = new Set(reserved)
  }

  /** The graph that is being written: the main one, or the innermost open body. */
  get scope(): Scope {
    return this.#scope
  }

  /** Writes a body: nodes that need something of it stand in its scope. */
  body<T>(write: (scope: Scope) => T): T {
    const around = this.#scope
    this.#scope = { depth: around.depth + 1, around, nodes: [] }
    const result = write(this.#scope)
    this.#scope = around
    return result
  }

  /** An input of the main graph or of a body; plain symbols in its shape get their sizes from it. */
  input(name: string, result: ResultType, scope: Scope = this.main): Value {
    if (scope !== this.main) return this.#value(this.#free(name), result, scope, { isFixed: true })
    const value = this.#value(name, result, scope, { isFixed: true })
    result.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.#symbols.has(dim)) this.#symbols.set(dim, { value, axis })
    })
    return value
  }

  /** An input whose elements are part of the model; symbols in its shape become numbers. */
  initializer(name: string, shape: Shape, array: HostArray): Value {
    shape.forEach((dim, axis) => {
      if (typeof dim === 'string') this.#bindings[dim] ??= array.shape[axis]!
    })
    const type = typeOf[array.kind]
    return this.#initializer(name, { type, shape: array.shape }, bytesOfArray(array))
  }

  /** A literal tensor. */
  constant(type: DataType, shape: readonly number[], literal: readonly number[]): Value {
    const texts = literal.map((x) => (Object.is(x, -0) ? '-0' : `${x}`))
    return this.#once(`constant ${type} [${shape}] ${texts}`, () => {
      const name = this.#free('constant')
      return [this.#initializer(name, { type, shape }, bytesOf(type, literal), literal)]
    })[0]!
  }

  /** A literal scalar. */
  scalar(type: DataType, literal: number): Value {
    return this.constant(type, [], [literal])
  }

  /** Literal int64 numbers, as most operators take their axes and shapes. */
  numbers(literal: readonly number[]): Value {
    return this.constant('int64', [literal.length], literal)
  }

  /** The one result of an operator. */
  node(op: string, inputs: readonly (Value | undefined)[], result: ResultType, parts: NodeParts = {}): Value {
    return this.nodes(op, inputs, [result], parts)[0]!
  }

  /** The results of an operator. */
  nodes(
    op: string,
    inputs: readonly (Value | undefined)[],
    results: readonly ResultType[],
    { attributes = {}, bodies = {}, scope }: NodeParts = {},
  ): readonly Value[] {
    const operands = inputs.map((input) => input && this.whole(input))
    const place = scope ?? this.#outermost(operands)
    const make = () => {
      const outputs = results.map((result) => this.#value(this.#free(op), result, place))
      const node: PendingNode = {
        op,
        label: this.label,
        inputs: operands,
        outputs,
        attributes,
        bodies,
      }
      place.nodes.push(node)
      return outputs
    }
    if (scope || Object.keys(bodies).length > 0) return make()
    const ids = operands.map((operand) => operand?.id ?? '')
    return this.#once(`${op}(${ids}) ${results.length} ${JSON.stringify(attributes)}`, make)
  }

  /** Keeps what one op has computed in `scope` for another that may come. */
  remember(key: string, what: unknown, scope: Scope): void {
    this.#memory.set(key, { what, scope })
  }

  /** What was kept under this key, where it can be seen from here. */
  recall<T>(key: string): T | undefined {
    const known = this.#memory.get(key)
    for (let scope: Scope | undefined = this.#scope; scope; scope = scope.around) {
      if (scope === known?.scope) return known.what as T
    }
    return undefined
  }

  /** x broadcast to a shape, when something needs it whole. */
  spread(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x
    const compact = x.compact ?? x
    return this.#value('', { type: x.type, shape }, compact.scope, { compact, isFixed: true })
  }

  /** A value with all its elements. */
  whole(x: Value): Value {
    if (!x.compact) return x
    const known = this.#wholes.get(x)
    if (known) return known
    const { compact, type, shape } = x
    // Expand keeps a size where 1 is asked for, so that only the new sizes have to be known.
    const missing = shape.length - compact.shape.length
    const sizes = shape.map((dim, axis) => (compact.shape[axis - missing] === dim ? 1 : dim))
    const whole = this.node('Expand', [compact, this.shape(sizes)], { type, shape })
    this.#wholes.set(x, whole)
    return whole
  }

  /** A size that is a number in every run of this model, or undefined. */
  number(dim: Dim): number | undefined {
    if (typeof dim === 'number') return dim
    return this.#bindings[dim]
  }

  /** A size as int64 [1]. */
  dim(dim: Dim): Value {
    const known = this.number(dim)
    if (known !== undefined) return this.numbers([known])
    const result: ResultType = { type: 'int64', shape: [1] }
    const symbol = this.#symbols.get(`${dim}`)
    if (symbol) {
      const { value, axis } = symbol
      const attributes = { start: { int: axis }, end: { int: axis + 1 } }
      return this.node('Shape', [value], result, { attributes })
    }
    return dimTerms(`${dim}`).reduce<Value | undefined>((sum, { coefficient, symbols }) => {
      const factors = symbols.map((each) => this.dim(each))
      const size = Math.abs(coefficient)
      if (size !== 1 || factors.length === 0) factors.push(this.numbers([size]))
      const term = factors.reduce((left, right) => this.node('Mul', [left, right], result))
      if (sum) return this.node(coefficient < 0 ? 'Sub' : 'Add', [sum, term], result)
      return coefficient < 0 ? this.node('Neg', [term], result) : term
    }, undefined)!
  }

  /** Sizes as int64 [rank]. */
  shape(shape: Shape): Value {
    const known = shape.map((dim) => this.number(dim))
    if (known.every((size) => size !== undefined)) return this.numbers(known)
    const parts: Value[] = []
    for (let axis = 0; axis < shape.length; ) {
      const end = known.findIndex((size, i) => i >= axis && size === undefined)
      if (end === axis) parts.push(this.dim(shape[axis++]!))
      else {
        const stop = end < 0 ? shape.length : end
        parts.push(this.numbers(known.slice(axis, stop) as number[]))
        axis = stop
      }
    }
    if (parts.length === 1) return parts[0]!
    const result: ResultType = { type: 'int64', shape: [shape.length] }
    return this.node('Concat', parts, result, { attributes: { axis: { int: 0 } } })
  }

  /** A size as an int32 scalar. */
  size(dim: Dim): Value {
    const known = this.number(dim)
    if (known !== undefined) return this.scalar('int32', known)
    const scalar = this.node('Squeeze', [this.dim(dim)], { type: 'int64', shape: [] })
    return this.cast(scalar, 'int32')
  }

  /** x with elements of another type, as the operator Cast converts them. */
  cast(x: Value, type: DataType): Value {
    if (x.type === type) return x
    const from = x.compact ?? x
    const result = this.node('Cast', [from], { type, shape: from.shape }, castTo(type))
    return this.spread(result, x.shape)
  }

  /** A name that nothing else has. */
  #free(stem: string): string {
    let name = `${stem}.${this.#count}`
    while (this.#reserved.has(name)) name += '_'
    return name
  }

  #outermost(operands: readonly (Value | undefined)[]): Scope {
    let place = this.main
    for (const operand of operands) if (operand && operand.scope.depth > place.depth) place = operand.scope
    return place
  }

  #initializer(name: string, result: ResultType, data: Uint8Array, literal?: readonly number[]): Value {
    const value = this.#value(name, result, this.main, { isFixed: true, isInitializer: true, literal })
    this.initializers.push({ value, tensor: { type: result.type, dims: result.shape as number[], data } })
    return value
  }

  #once(key: string, make: () => readonly Value[]): readonly Value[] {
    const known = this.#known.get(key)
    if (known) return known
    const values = make()
    this.#known.set(key, values)
    return values
  }

  #value(name: string, { type, shape }: ResultType, scope: Scope, rest: Partial<Value> = {}): Value {
    return { isFixed: false, isInitializer: false, ...rest, id: this.#count++, name, type, shape, scope }
  }
}

function castTo(type: DataType): NodeParts {
  return { attributes: { to: { int: dataTypes[type] } } }
}
