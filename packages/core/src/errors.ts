const MARK = Symbol.for('dragoman.error')

/** The parts of every message: operation, what is wrong, what was seen, what to do. */
export interface ErrorParts {
  readonly operation: string
  readonly problem: string
  readonly seen?: readonly string[] | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** One input as an error shows it: `label  kind [shape]  (scope)`; dims are numbers or symbols. */
export interface SeenInput {
  readonly label: string
  readonly kind?: string | undefined
  readonly shape: readonly { toString(): string }[]
  readonly scope?: string | undefined
}

function render({ operation, problem, seen = [], hint }: ErrorParts): string {
  const lines = seen.map((line) => `  ${line}`)
  if (hint !== undefined) lines.push(`  hint: ${hint}`)
  return [`${operation}: ${problem}`, ...lines].join('\n')
}

function renderInputs(inputs: readonly SeenInput[]): string[] {
  const shapes = inputs.map(({ kind, shape }) => `${kind ? `${kind} ` : ''}[${shape.join(', ')}]`)
  const labelWidth = Math.max(0, ...inputs.map(({ label }) => label.length))
  const shapeWidth = Math.max(0, ...shapes.map((shape) => shape.length))
  return inputs.map(({ label, scope }, i) => {
    const line = `${label.padEnd(labelWidth)}  ${(shapes[i] ?? '').padEnd(shapeWidth)}`
    return scope ? `${line}  (${scope})` : line.trimEnd()
  })
}

/** The names of a class and its parents, down to `DragomanError`; explicit, as bundlers rename classes. */
function nameChain(type: typeof DragomanError): string[] {
  const names: string[] = []
  for (let at = type; at?.errorName !== undefined; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, 'errorName')) names.push(at.errorName)
  }
  return names
}

/**
 * The parent of every error that the library throws on purpose. The message reads
 * `operation: problem`, then a line for each thing seen, then `hint: …`.
 *
 * `XError.isInstance(value)` tells the class also when the error came from another copy of the
 * package, where `instanceof` is false: each error carries its class names under
 * `Symbol.for('dragoman.error')`.
 */
export class DragomanError extends Error {
  static readonly errorName: string = 'DragomanError'
  readonly hint: string | undefined

  constructor(parts: ErrorParts) {
    super(render(parts), 'cause' in parts ? { cause: parts.cause } : undefined)
    this.hint = parts.hint
    // Not enumerable, like the name of a built-in error, so that printing an error stays short.
    Object.defineProperty(this, 'name', { value: new.target.errorName, configurable: true, writable: true })
    Object.defineProperty(this, MARK, { value: nameChain(new.target) })
  }

  static isInstance<T extends (abstract new (...parts: never[]) => DragomanError) & { errorName: string }>(
    this: T,
    value: unknown,
  ): value is InstanceType<T> {
    if (typeof value !== 'object' || value === null) return false
    const names: unknown = Reflect.get(value, MARK)
    return Array.isArray(names) && names.includes(this.errorName)
  }
}

interface InputErrorParts {
  readonly op: string
  readonly problem: string
  readonly inputs?: readonly SeenInput[] | undefined
  readonly hint?: string | undefined
}

abstract class InputError extends DragomanError {
  readonly op: string
  readonly problem: string
  readonly inputs: readonly SeenInput[]

  constructor({ op, problem, inputs = [], hint }: InputErrorParts) {
    super({ operation: op, problem, seen: renderInputs(inputs), hint })
    this.op = op
    this.problem = problem
    this.inputs = inputs
  }
}

/**
 * The shapes of an op's inputs do not fit. `inputs` are shown one a line, in columns.
 *
 * Fields: `op`, `problem`, `inputs`, `hint`.
 */
export class ShapeError extends InputError {
  static override readonly errorName: string = 'ShapeError'
}

/**
 * An input has another kind (float, int, bool) than the op takes.
 *
 * Fields: `op`, `problem`, `inputs` (with `kind`), `hint`.
 */
export class KindError extends InputError {
  static override readonly errorName: string = 'KindError'
}

/**
 * A graph is not legal, or a symbol is used outside the trace it belongs to.
 *
 * Fields: `operation` (check, trace, lower …), `problem`, `scope` (where in the model), `hint`.
 */
export class GraphError extends DragomanError {
  static override readonly errorName: string = 'GraphError'
  readonly operation: string
  readonly problem: string
  readonly scope: string | undefined

  constructor(parts: ErrorParts & { readonly scope?: string | undefined }) {
    const { operation, problem, scope, seen = [] } = parts
    super({ ...parts, seen: scope ? [...seen, `in ${scope}`] : seen })
    this.operation = operation
    this.problem = problem
    this.scope = scope
  }
}

/**
 * A backend cannot run an op, or not with these attributes. Thrown by `compile`, never by `run`.
 *
 * Fields: `backend`, `op`, `scope`, `hint`.
 */
export class UnsupportedOpError extends DragomanError {
  static override readonly errorName: string = 'UnsupportedOpError'
  readonly backend: string
  readonly op: string
  readonly scope: string | undefined

  constructor(parts: {
    readonly backend: string
    readonly op: string
    readonly problem?: string | undefined
    readonly scope?: string | undefined
    readonly hint?: string | undefined
  }) {
    const { backend, op, problem = 'not supported', scope, hint } = parts
    super({ operation: `${backend}: ${op}`, problem, seen: scope ? [`in ${scope}`] : [], hint })
    this.backend = backend
    this.op = op
    this.scope = scope
  }
}

/**
 * A backend could not start, or failed while it ran; `cause` is its own error, where there is one.
 *
 * Fields: `backend`, `problem`, `hint`, `cause`.
 */
export class BackendError extends DragomanError {
  static override readonly errorName: string = 'BackendError'
  readonly backend: string
  readonly problem: string

  constructor(parts: Omit<ErrorParts, 'operation'> & { readonly backend: string }) {
    super({ ...parts, operation: parts.backend })
    this.backend = parts.backend
    this.problem = parts.problem
  }
}

/**
 * A configuration has a wrong, unknown or contradictory field.
 *
 * Fields: `path` (`encoder.layers[0].cell`), `problem`, `allowed` (what may stand there), `hint`.
 */
export class ConfigError extends DragomanError {
  static override readonly errorName: string = 'ConfigError'
  readonly path: string
  readonly problem: string
  readonly allowed: readonly string[] | undefined

  constructor(parts: {
    readonly path: string
    readonly problem: string
    readonly allowed?: readonly string[] | undefined
    readonly hint?: string | undefined
  }) {
    const { path, problem, allowed, hint } = parts
    super({
      operation: path === '' ? 'config' : path,
      problem,
      seen: allowed ? [`allowed: ${allowed.join(', ')}`] : [],
      hint,
    })
    this.path = path
    this.problem = problem
    this.allowed = allowed
  }
}

/**
 * Data that was read or handed in is wrong: no tab, bad UTF-8, an id outside the vocabulary.
 *
 * Fields: `file` and `line` (from 1) where there are any, `problem`, `hint`.
 */
export class DataError extends DragomanError {
  static override readonly errorName: string = 'DataError'
  readonly file: string | undefined
  readonly line: number | undefined
  readonly problem: string

  constructor(parts: {
    readonly file?: string | undefined
    readonly line?: number | undefined
    readonly problem: string
    readonly seen?: readonly string[] | undefined
    readonly hint?: string | undefined
  }) {
    const { file, line, problem, seen, hint } = parts
    const place =
      line === undefined ? (file ?? 'data') : file === undefined ? `line ${line}` : `${file}:${line}`
    super({ operation: place, problem, seen, hint })
    this.file = file
    this.line = line
    this.problem = problem
  }
}

/**
 * A file could not be read, written or named.
 *
 * Fields: `path`, `problem`, `hint`, `cause`.
 */
export class StorageError extends DragomanError {
  static override readonly errorName: string = 'StorageError'
  readonly path: string
  readonly problem: string

  constructor(parts: Omit<ErrorParts, 'operation'> & { readonly path: string }) {
    super({ ...parts, operation: parts.path === '' ? 'storage' : parts.path })
    this.path = parts.path
    this.problem = parts.problem
  }
}

/**
 * Bytes or JSON are not a legal file of their format.
 *
 * Fields: `format` (safetensors …), `problem`, `hint`.
 */
export class FormatError extends DragomanError {
  static override readonly errorName: string = 'FormatError'
  readonly format: string
  readonly problem: string

  constructor(parts: Omit<ErrorParts, 'operation'> & { readonly format: string }) {
    super({ ...parts, operation: parts.format })
    this.format = parts.format
    this.problem = parts.problem
  }
}

/**
 * A loss, gradient or weight is NaN or infinite, so that training must stop.
 *
 * Fields: `step` (from 1, as the loop counts), `tensor` (its path), `hint`.
 */
export class NonFiniteError extends DragomanError {
  static override readonly errorName: string = 'NonFiniteError'
  readonly step: number
  readonly tensor: string

  constructor(parts: { readonly step: number; readonly tensor: string; readonly hint?: string | undefined }) {
    const { step, tensor, hint = 'lower the learning rate, or clip gradients' } = parts
    super({ operation: `step ${step}`, problem: `${tensor} is not finite`, hint })
    this.step = step
    this.tensor = tensor
  }
}

/**
 * The caller's `AbortSignal` stopped the operation; `cause` is the signal's reason.
 *
 * Fields: `operation`, `cause`. The name is the web's, so that common checks for it hold.
 */
export class AbortError extends DragomanError {
  static override readonly errorName: string = 'AbortError'
  readonly operation: string

  constructor(parts: { readonly operation: string; readonly cause?: unknown }) {
    super({ ...parts, problem: 'aborted' })
    this.operation = parts.operation
  }
}

/**
 * An option or argument of a call has a value that it cannot have.
 *
 * Fields: `option`, `problem`, `hint`.
 */
export class OptionError extends DragomanError {
  static override readonly errorName: string = 'OptionError'
  readonly option: string
  readonly problem: string

  constructor(parts: {
    readonly option: string
    readonly problem: string
    readonly hint?: string | undefined
  }) {
    super({ operation: parts.option, problem: parts.problem, hint: parts.hint })
    this.option = parts.option
    this.problem = parts.problem
  }
}
