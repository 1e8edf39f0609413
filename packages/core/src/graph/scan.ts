import { GraphError } from '../errors.ts'
import type { Dim } from './dims.ts'
import type { Tensor } from './tensor.ts'
import { Trace } from './trace.ts'

/** Tensors by name: the carries, inputs or outputs of a loop. */
export type Tensors = Readonly<Record<string, Tensor>>

/** What a loop runs over. */
export interface ScanLoop<C extends Tensors, X extends Tensors> {
  /** Values before the first step. */
  readonly carry: C
  /** [T, ...] each: the body sees one entry of axis 0 a step. */
  readonly xs: X
  /** Number of steps; needed only without xs. */
  readonly length?: Dim
  /** From the last step to the first; entry t of the ys still belongs to entry t of the xs. */
  readonly reverse?: boolean
}

/** What one step gives: the next carries, under the same names, and what is stacked. */
export interface ScanStep<C extends Tensors, Y extends Tensors> {
  readonly carry: { readonly [N in keyof C]: C[N] }
  readonly ys: Y
}

/**
 * A loop over axis 0 of `xs`: the body is traced once, with one step's tensors.
 *
 * Tensors of the graph around that the body uses become constants of the loop by themselves.
 *
 * @param body takes (carry, x) of one step and returns the next carry and the ys of this step.
 * @returns the carries after the last step, and the ys stacked along a new axis 0 [T, ...].
 * @throws ShapeError when a carry changes its shape or the xs differ in length; GraphError when a step
 *   gives other carries than it takes.
 */
export function scan<C extends Tensors, X extends Tensors, Y extends Tensors>(
  name: string,
  outer: Trace,
  loop: ScanLoop<C, X>,
  body: (carry: C, x: X) => ScanStep<C, Y>,
): ScanStep<C, Y> {
  const inner = new Trace(name, outer)
  const carry = mapTensors(loop.carry, (tensor, key) => inner.input(key, tensor.kind, tensor.shape))
  const x = mapTensors(loop.xs, (tensor, key) => inner.input(`x.${key}`, tensor.kind, tensor.shape.slice(1)))
  const length = loop.length ?? Object.values(loop.xs)[0]?.size(0)
  if (length === undefined) {
    throw new GraphError({
      operation: name,
      problem: 'a loop without xs has no length',
      hint: 'give `length`',
    })
  }
  const step = outer.scoped(name, () => body(carry as C, x as X))
  expectSameNames(name, Object.keys(loop.carry), Object.keys(step.carry))
  const outputs = emitScan(outer, inner, {
    carries: Object.values(loop.carry),
    xs: Object.values(loop.xs),
    next: mapTensors(loop.carry, (_, key) => step.carry[key]!),
    ys: step.ys,
    length,
    reverse: loop.reverse ?? false,
  })
  const names = [...Object.keys(loop.carry), ...Object.keys(step.ys)]
  const results = Object.fromEntries(names.map((key, i) => [key, outputs[i]!]))
  return {
    carry: mapTensors(loop.carry, (_, key) => results[key]!) as C,
    ys: mapTensors(step.ys, (_, key) => results[key]!) as Y,
  }
}

/** A loop whose body is traced already: what {@link scan} and the gradient of a scan share. */
export interface TracedLoop {
  readonly carries: readonly Tensor[]
  readonly xs: readonly Tensor[]
  readonly next: Tensors
  readonly ys: Tensors
  readonly length: Dim
  readonly reverse: boolean
}

/** Emits the scan of a traced body, with what the body captured as constants. */
export function emitScan(outer: Trace, inner: Trace, loop: TracedLoop): Tensor[] {
  const repeated = Object.keys(loop.ys).find((name) => name in loop.next)
  if (repeated !== undefined) {
    throw new GraphError({ operation: inner.name, problem: `'${repeated}' names both a carry and a y` })
  }
  // Lifting the outputs may capture more, so the body is finished before the captures are read.
  const traced = inner.finish([...Object.entries(loop.next), ...Object.entries(loop.ys)])
  const captures = inner.captures()
  const constants = captures.map(({ inner: { id } }, i) => ({ name: `constant.${i}`, value: id }))
  const body = { ...traced, inputs: [...traced.inputs, ...constants] }
  const inputs = [...loop.carries, ...loop.xs, ...captures.map((capture) => capture.outer)]
  return outer.emit('scan', inputs, {
    body,
    carries: loop.carries.length,
    xs: loop.xs.length,
    length: loop.length,
    reverse: loop.reverse,
  })
}

function expectSameNames(operation: string, before: readonly string[], after: readonly string[]): void {
  const missing = before.find((key) => !after.includes(key))
  if (missing !== undefined)
    throw new GraphError({ operation, problem: `a step gives no carry '${missing}'` })
  const unknown = after.find((key) => !before.includes(key))
  if (unknown === undefined) return
  throw new GraphError({
    operation,
    problem: `a step gives the carry '${unknown}', which has no value before the first step`,
  })
}

function mapTensors(tensors: Tensors, map: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]))
}
