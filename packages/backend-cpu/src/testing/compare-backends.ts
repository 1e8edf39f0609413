import {
  type Backend,
  type DeviceArray,
  type Graph,
  type HostArray,
  type HostData,
  lower,
  reference,
} from '@dragoman/core'
import { expect } from 'vitest'
import { cpu, createCpu, type Rehearsal } from '../cpu.ts'
import { describePlan } from '../describe-plan.ts'
import { kernels } from './kernels.ts'

export type Arrays = Readonly<Record<string, HostArray>>

/** A backend whose threads share whatever can be divided, however small. */
export function onThreads(threads: number, rehearsal: Rehearsal = {}): Promise<Backend> {
  return createCpu({ wasm: kernels, threads }, { leastStepNs: 0, leastPlanNs: 0, ...rehearsal })
}

/** Both ways to carry the kernels. */
export const engines: readonly { readonly name: string; readonly make: () => Promise<Backend> }[] = [
  { name: kernels, make: () => cpu({ wasm: kernels, threads: 1 }) },
  // Once is enough for what does not depend on the kernels.
  ...(kernels === 'simd' ? [{ name: 'scalar', make: () => cpu({ wasm: 'off' }) }] : []),
]

/** Reads and disposes the outputs of a run. */
export async function readAll(
  outputs: Readonly<Record<string, DeviceArray>>,
): Promise<Record<string, HostArray>> {
  const arrays: Record<string, HostArray> = {}
  for (const [name, array] of Object.entries(outputs)) {
    arrays[name] = { kind: array.kind, shape: array.shape, data: await array.read() }
    array.dispose()
  }
  return arrays
}

/** What the float64 reference gives for a graph, with composites replaced by their bodies. */
export async function expectedOf(graph: Graph, inputs: Arrays): Promise<Record<string, HostArray>> {
  const backend = reference()
  const program = await backend.compile(lower(graph, new Set()).graph)
  return readAll(await program.run(inputs))
}

/** Compiles, runs once with host arrays, reads, and checks that nothing is left. */
export async function runOnce(
  backend: Backend,
  graph: Graph,
  inputs: Arrays,
): Promise<Record<string, HostArray>> {
  const before = backend.live()
  const program = await backend.compile(graph)
  const outputs = await readAll(await program.run(inputs))
  program.dispose()
  expect(backend.live()).toEqual(before)
  return outputs
}

/** How far floats may be from the reference: |a − e| ≤ absolute + relative · |e|; NaN and ±Inf must agree. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

/** Sums of some dozens of float32 terms, and functions good to a few ULP, stay well within this. */
export const float32Tolerance: Tolerance = { absolute: 2e-5, relative: 2e-5 }

/** Fails unless arrays agree in kind and shape, exactly in ints and bools, and within the tolerance in floats. */
export function expectSame(
  actual: Arrays,
  expected: Arrays,
  tolerance: Tolerance | ((name: string) => Tolerance),
  note: () => string = () => '',
): void {
  expect(Object.keys(actual).sort(), note()).toEqual(Object.keys(expected).sort())
  for (const [name, wanted] of Object.entries(expected)) {
    const given = actual[name]!
    expect([given.kind, ...given.shape], `${name} ${note()}`).toEqual([wanted.kind, ...wanted.shape])
    const limit = typeof tolerance === 'function' ? tolerance(name) : tolerance
    const at = firstDifference(given.data, wanted.data, wanted.kind === 'float' ? limit : undefined)
    if (at < 0) continue
    expect.fail(`${name}[${at}] is ${given.data[at]}, expected ${wanted.data[at]}\n${note()}`)
  }
}

function firstDifference(actual: HostData, expected: HostData, tolerance: Tolerance | undefined): number {
  const { absolute, relative } = tolerance ?? { absolute: 0, relative: 0 }
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!]
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue
    if (Number.isFinite(e) && Math.abs(a - e) <= absolute + relative * Math.abs(e)) continue
    return i
  }
  return -1
}

/** Runs a graph on both engines and compares with the reference; the plan stands in the message of a failure. */
export async function expectAgrees(
  graph: Graph,
  inputs: Arrays,
  tolerance: Tolerance = float32Tolerance,
): Promise<void> {
  const expected = await expectedOf(graph, inputs)
  for (const { name, make } of engines) {
    const backend = await make()
    const program = await backend.compile(graph)
    const actual = await readAll(await program.run(inputs))
    expectSame(actual, expected, tolerance, () => `${name}\n${describePlan(program)}`)
    await backend.dispose()
  }
}
