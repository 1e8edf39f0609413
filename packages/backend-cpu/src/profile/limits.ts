import type { Backend, Graph, HostArray, Program } from '@dragoman/core/backend'
import { type CpuOptions, createCpu } from '../cpu.ts'
import { fastestMs, Recorder } from './recorder.ts'

/** How fast copies are whose source and result have so many bytes together. */
export interface CopySpeed {
  readonly bytes: number
  /** 10⁹ bytes read and written in a second. */
  readonly gbPerSecond: number
}

/** What this machine can do at most with these kernels on these threads. */
export interface ProfileLimits {
  /** 10⁹ float operations in a second of a product of 256×256 by 256×256. */
  readonly gflops: number
  /** From what fits into the first cache to what fits into none. */
  readonly copies: readonly CopySpeed[]
}

const copyBytes = [2 ** 15, 2 ** 19, 2 ** 23, 2 ** 27]
/** Large enough for the kernels, and so quick that one run of many is not disturbed. */
const productSize = 256
const enoughMs = 100
const leastRuns = 5

const productGraph: Graph = {
  name: 'product',
  values: ['left', 'right', 'product'].map(() => ({ kind: 'float', shape: [productSize, productSize] })),
  inputs: [
    { name: 'left', value: 0 },
    { name: 'right', value: 1 },
  ],
  nodes: [
    {
      op: 'matmul',
      inputs: [0, 1],
      outputs: [2],
      attributes: { transposeA: false, transposeB: false },
      scope: '',
    },
  ],
  outputs: [{ name: 'product', value: 2 }],
}

/** The output is the input, and so a copy of it. */
const copyGraph: Graph = {
  name: 'copy',
  values: [{ kind: 'float', shape: ['n'] }],
  inputs: [{ name: 'from', value: 0 }],
  nodes: [],
  outputs: [{ name: 'to', value: 0 }],
}

const ones = (...shape: number[]): HostArray => ({
  kind: 'float',
  shape,
  data: new Float32Array(shape.reduce((size, axis) => size * axis, 1)).fill(1),
})

/**
 * Measures the limits, on backends of their own: on one thread and on all, as for little one alone is faster.
 *
 * @param options of the backend whose limits they are.
 */
export async function measureLimits(options: CpuOptions): Promise<ProfileLimits> {
  const alone = await measureOn({ ...options, threads: 1 })
  if (options.threads === 1 || options.wasm === 'off') return alone
  const shared = await measureOn(options)
  const copies = alone.copies.map(({ bytes, gbPerSecond }, i) => ({
    bytes,
    gbPerSecond: Math.max(gbPerSecond, shared.copies[i]!.gbPerSecond),
  }))
  return { gflops: Math.max(alone.gflops, shared.gflops), copies }
}

async function measureOn(options: CpuOptions): Promise<ProfileLimits> {
  const recorder = new Recorder()
  // Threads share what is measured, however small.
  const backend = await createCpu({ ...options, profiler: { recorder } }, { leastStepNs: 0, leastPlanNs: 0 })
  try {
    const square = ones(productSize, productSize)
    const product = await backend.compile(productGraph)
    const gflops = await fastest({ backend, recorder, unit: 'flops' }, product, {
      left: square,
      right: square,
    })
    const copies: CopySpeed[] = []
    const copy = await backend.compile(copyGraph)
    for (const bytes of copyBytes) {
      const gbPerSecond = await fastest({ backend, recorder, unit: 'bytes' }, copy, { from: ones(bytes / 8) })
      copies.push({ bytes, gbPerSecond })
    }
    return { gflops, copies }
  } finally {
    await backend.dispose()
  }
}

interface Measuring {
  readonly backend: Backend
  readonly recorder: Recorder
  readonly unit: 'flops' | 'bytes'
}

/** 10⁹ in a second of what the one instruction of a program does, in its fastest run. */
async function fastest(
  { backend, recorder, unit }: Measuring,
  program: Program,
  arrays: Readonly<Record<string, HostArray>>,
): Promise<number> {
  const uploaded = Object.entries(arrays).map(([name, array]) => [name, backend.upload(array)] as const)
  const inputs = Object.fromEntries(uploaded)
  recorder.clear()
  const endMs = performance.now() + enoughMs
  for (let runs = 0; runs < leastRuns || performance.now() < endMs; runs++) {
    for (const output of Object.values(await program.run(inputs))) output.dispose()
  }
  for (const [, input] of uploaded) input.dispose()
  const [entry] = recorder.entries()
  return entry![unit] / fastestMs(entry!) / 1e6
}

/** The least milliseconds for an instruction, and what they are needed for. */
export function leastMs(
  { flops, bytes }: { readonly flops: number; readonly bytes: number },
  { gflops, copies }: ProfileLimits,
): { readonly ms: number; readonly bound: 'compute' | 'memory' } {
  const { gbPerSecond } = copies.find((speed) => speed.bytes >= bytes) ?? copies.at(-1)!
  const computeMs = flops / gflops / 1e6
  const memoryMs = bytes / gbPerSecond / 1e6
  return computeMs > memoryMs ? { ms: computeMs, bound: 'compute' } : { ms: memoryMs, bound: 'memory' }
}
