import { AbortError, BackendError, DragomanError } from '../errors.ts'
import { formatShape } from '../graph/dims.ts'
import type { OpName } from '../graph/ops.ts'
import type { BoundAttributes, BoundPlan, BoundStep, BoundType } from './bound-plan.ts'
import type { EagerComposites, EagerKernels, EagerValue } from './eager-kernels.ts'
import { type EagerMemory, EagerScope } from './eager-memory.ts'

/** What an engine has of its own for loops. */
export interface EagerLoops<H> {
  readonly entry: ((x: EagerValue<H>, index: number) => H) | undefined
  readonly stack: ((parts: readonly EagerValue<H>[], output: BoundType) => H) | undefined
}

/** What a run needs of its backend. */
export interface EagerEngine<H> {
  readonly name: string
  readonly kernels: EagerKernels<H>
  readonly composites: EagerComposites<H>
  readonly loops: EagerLoops<H>
  readonly memory: EagerMemory<H>
}

/** How one run goes. */
export interface EagerRunOptions<H> {
  /** Those of the inputs that the run is to free; the others stay as they are. */
  readonly owned: readonly EagerValue<H>[]
  /** Looked at before each step of a loop. */
  readonly signal: AbortSignal | undefined
}

/** Throws AbortError when the signal asks for it. */
export function expectNotAborted(signal: AbortSignal | undefined, operation: string): void {
  if (signal?.aborted) throw new AbortError({ operation, cause: signal.reason })
}

/**
 * Runs a plan node by node and frees each value after its last use.
 *
 * @param inputs one for each input of the graph.
 * @returns one value for each output, all different ones, owned by the caller.
 */
export function execute<H>(
  engine: EagerEngine<H>,
  plan: BoundPlan,
  inputs: readonly EagerValue<H>[],
  { owned, signal }: EagerRunOptions<H>,
): EagerValue<H>[] {
  const { graph, unused, steps } = plan
  const scope = new EagerScope(engine.memory)
  for (const value of owned) scope.own(value)
  const values: EagerValue<H>[] = []
  graph.inputs.forEach((port, i) => {
    values[port.value] = inputs[i]!
  })
  try {
    for (const id of unused) scope.free(values[id]!)
    for (const step of steps) {
      const operands = step.node.inputs.map((id) => values[id]!)
      const results = runStep(engine, step, operands, signal)
      step.node.outputs.forEach((id, i) => {
        values[id] = scope.own(results[i]!)
      })
      for (const id of step.dead) scope.free(values[id]!)
    }
    return giveAway(
      engine,
      scope,
      graph.outputs.map((port) => values[port.value]!),
    )
  } finally {
    scope.freeAll()
  }
}

/** Results for a caller: a value that is not owned, or stands there twice, is cloned. */
function giveAway<H>(
  { memory }: EagerEngine<H>,
  scope: EagerScope<H>,
  values: readonly EagerValue<H>[],
): EagerValue<H>[] {
  const results = values.map((value, i) =>
    scope.owns(value) && values.indexOf(value) === i ? value : scope.own(memory.clone(value)),
  )
  for (const value of results) scope.release(value)
  return results
}

function runStep<H>(
  engine: EagerEngine<H>,
  step: BoundStep,
  inputs: readonly EagerValue<H>[],
  signal: AbortSignal | undefined,
): EagerValue<H>[] {
  const { op, scope } = step.node
  try {
    if (op === 'scan') return runScan(engine, step, inputs, signal)
    const handles = callKernel(engine, step, inputs)
    return step.outputs.map((type, i) => engine.memory.own(handles[i]!, type))
  } catch (error) {
    if (DragomanError.isInstance(error)) throw error
    const seen = inputs.map(({ kind, shape }, i) => `operand ${i}  ${kind} ${formatShape(shape)}`)
    if (scope !== '') seen.push(`in ${scope}`)
    const message = error instanceof Error ? error.message : String(error)
    throw new BackendError({ backend: engine.name, problem: `${op}: ${message}`, seen, cause: error })
  }
}

type AnyKernel<H> = (inputs: readonly EagerValue<H>[], attributes: object, output: BoundType) => H
type AnyComposite<H> = (
  inputs: readonly EagerValue<H>[],
  attributes: object,
  outputs: readonly BoundType[],
) => H[]

function callKernel<H>(
  { kernels, composites }: EagerEngine<H>,
  { node, attributes, outputs }: BoundStep,
  inputs: readonly EagerValue<H>[],
): H[] {
  if (node.op === 'size') {
    const data = [(attributes as BoundAttributes<'size'>).dim]
    return [kernels.constant([], { kind: 'int', shape: [], data }, outputs[0]!)]
  }
  const composite = (composites as Partial<Record<OpName, AnyComposite<H>>>)[node.op]
  if (composite) return composite(inputs, attributes, outputs)
  const kernel = (kernels as unknown as Record<OpName, AnyKernel<H>>)[node.op]
  return [kernel(inputs, attributes, outputs[0]!)]
}

function runScan<H>(
  engine: EagerEngine<H>,
  step: BoundStep,
  inputs: readonly EagerValue<H>[],
  signal: AbortSignal | undefined,
): EagerValue<H>[] {
  const { memory } = engine
  const { carries, xs, length, reverse } = step.attributes as BoundAttributes<'scan'>
  const body = step.body!
  const constants = inputs.slice(carries + xs)
  const scope = new EagerScope(memory)
  const ys: EagerValue<H>[][] = step.outputs.slice(carries).map(() => [])
  let state = inputs.slice(0, carries)
  try {
    for (let t = 0; t < length; t++) {
      expectNotAborted(signal, `${engine.name}: run`)
      const at = reverse ? length - 1 - t : t
      const entries = inputs.slice(carries, carries + xs).map((x) => scope.own(entryOf(engine, x, at)))
      const given = [...state, ...entries]
      const owned = given.filter((value) => scope.release(value))
      const results = execute(engine, body, [...given, ...constants], { owned, signal })
      for (const value of results) scope.own(value)
      state = results.slice(0, carries)
      results.slice(carries).forEach((y, i) => {
        ys[i]![at] = y
      })
    }
    const stacked = ys.map((parts, i) => scope.own(stack(engine, scope, parts, step.outputs[carries + i]!)))
    return giveAway(engine, scope, [...state, ...stacked])
  } finally {
    scope.freeAll()
  }
}

/** Entry `index` along axis 0, without that axis. */
function entryOf<H>(
  { kernels, loops, memory }: EagerEngine<H>,
  x: EagerValue<H>,
  index: number,
): EagerValue<H> {
  const { kind } = x
  const shape = x.shape.slice(1)
  if (loops.entry) return memory.own(loops.entry(x, index), { kind, shape })
  const starts = x.shape.map((_, axis) => (axis === 0 ? index : 0))
  const sizes = [1, ...shape]
  const row = memory.own(kernels.slice([x], { starts, sizes }, { kind, shape: sizes }), {
    kind,
    shape: sizes,
  })
  try {
    return memory.own(kernels.reshape([row], { shape }, { kind, shape }), { kind, shape })
  } finally {
    memory.free(row)
  }
}

/** Parts one after another along a new axis 0; each part is freed as soon as it can be. */
function stack<H>(
  { kernels, loops, memory }: EagerEngine<H>,
  scope: EagerScope<H>,
  parts: readonly EagerValue<H>[],
  type: BoundType,
): EagerValue<H> {
  if (parts.length === 0) {
    return memory.own(kernels.constant([], { ...type, data: [] }, type), type)
  }
  if (loops.stack) {
    const stacked = memory.own(loops.stack(parts, type), type)
    for (const part of parts) scope.free(part)
    return stacked
  }
  const shape = [1, ...type.shape.slice(1)]
  const rows = parts.map((part) => {
    const row = kernels.reshape([part], { shape }, { kind: type.kind, shape })
    scope.free(part)
    return scope.own(memory.own(row, { kind: type.kind, shape }))
  })
  const result = memory.own(kernels.concat(rows, { axis: 0 }, type), type)
  for (const row of rows) scope.free(row)
  return result
}
