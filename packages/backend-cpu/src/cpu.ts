import {
  AbortError,
  type Backend,
  BackendError,
  type CompileOptions,
  type CompositeName,
  check,
  checkConstants,
  checkHostArray,
  type DeviceArray,
  type Graph,
  type HostArray,
  type Program,
  primitiveNames,
  UnsupportedOpError,
} from '@dragoman/core/backend'
import type { Engine } from './engine.ts'
import { chooseKernels, loadKernels, type WasmChoice } from './kernels.ts'
import { DeviceMemory } from './memory/device-memory.ts'
import { type GrowableMemory, plainMemory, sharedMemory, wasmMemory } from './memory/growable.ts'
import { Workspace } from './memory/workspace.ts'
import { teamBytes } from './plan/encoding.ts'
import { fusedNames } from './planner/composite-rules.ts'
import type { Sharing } from './planner/partition.ts'
import type { Profiler } from './profile/profiler.ts'
import type { Recorder } from './profile/recorder.ts'
import { bytesPerElement, CpuArray, writeElements } from './runtime/cpu-array.ts'
import { CpuProgram, type Device } from './runtime/cpu-program.ts'
import { Turns } from './runtime/turns.ts'
import { scalarEngine } from './scalar-engine.ts'
import { type StartThread, threadStarter } from './start-thread.ts'
import { chooseThreads, mayWait } from './threads/choose-threads.ts'
import { Team } from './threads/team.ts'
import { instantiate, wasmEngine } from './wasm-engine.ts'

/** How the CPU backend is made. */
export interface CpuOptions {
  /**
   * Which kernels: with `'relaxed'` SIMD, whose multiply-adds the machine may round once, with plain `'simd'`, or
   * `'off'`: in plain TypeScript. `'auto'`, the default, takes the first of these that is there.
   */
  readonly wasm?: WasmChoice
  /**
   * How many threads may share a run. `'auto'`, the default, goes by the hardware, starts them when the first plan is
   * large enough to gain from them, and takes one where they cannot share memory. Results do not depend on the number.
   */
  readonly threads?: number | 'auto'
  /**
   * Records how long each instruction takes. Runs are then slower by some tenths of a microsecond an instruction. A
   * thread that may not wait for others, such as the main thread of a page, profiles on one thread alone.
   */
  readonly profiler?: Pick<Profiler, 'recorder'>
}

const backend = 'cpu'
const initialBytes = 4 * 65536

/** From which work on threads share. */
const sharing: Omit<Sharing, 'threads'> = { leastStepNs: 8000, leastPlanNs: 1_000_000 }

/** What tests ask for beside the options. */
export interface Rehearsal {
  readonly leastStepNs?: number
  readonly leastPlanNs?: number
  /** Whether the thread that makes the backend may wait for others, as all but the main thread of a page may. */
  readonly mayWait?: boolean
  /** Starts the threads in place of this runtime. */
  readonly start?: StartThread
}

/** What carries the kernels, and why it was chosen. */
interface Choice {
  readonly engine: Engine
  readonly memory: DeviceMemory
  readonly team: Team | undefined
  readonly sharing: Sharing | undefined
  readonly info: Readonly<Record<'engine' | 'reason' | 'threadsReason', string>>
}

/**
 * The default backend: WebAssembly SIMD kernels, in Node and in the browser, on the threads that are there; plain
 * TypeScript where SIMD is missing. It takes every composite whole.
 *
 * A graph is planned once for each set of sizes: movement of data becomes strides, elementwise ops become chains,
 * memory is used again by liveness, and donated inputs are updated in place. A run then only walks the plan.
 *
 * @throws BackendError when an option has a value that it cannot have, or asks for what this runtime has not.
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  return createCpu(options)
}

/** As `cpu`, with what only tests ask for. */
export async function createCpu(options: CpuOptions, rehearsal: Rehearsal = {}): Promise<Backend> {
  const { wasm = 'auto', threads = 'auto', profiler } = options
  const choice = await choose(wasm, threads, rehearsal, profiler !== undefined)
  profiler?.recorder.attach({ wasm, threads })
  // A number is a wish that is kept or refused at once; what is chosen by itself starts when it is of use.
  if (threads !== 'auto') await choice.team?.assemble(true)
  // A profile is of runs that are alike: none is before the threads are there.
  else if (profiler) await choice.team?.assemble(true).catch(() => {})
  return new CpuBackend(choice, profiler?.recorder)
}

async function choose(
  wasm: WasmChoice,
  wanted: number | 'auto',
  { mayWait: leads = mayWait(), start: starter = threadStarter(), ...least }: Rehearsal,
  isProfiled: boolean,
): Promise<Choice> {
  const { kernels, reason } = chooseKernels(wasm)
  const walksAlone = isProfiled && !leads
  const { threads, reason: threadsReason } = chooseThreads(wanted, kernels !== undefined, walksAlone)
  const info = { engine: kernels ? `wasm-${kernels}` : 'scalar', reason, threadsReason }
  if (!kernels) {
    const memory = typeof WebAssembly === 'object' ? wasmMemory(initialBytes) : plainMemory(initialBytes)
    return {
      engine: scalarEngine(memory),
      memory: deviceMemory(memory),
      team: undefined,
      sharing: undefined,
      info,
    }
  }
  const start = threads > 1 ? starter : undefined
  const shared = start && sharedMemory(initialBytes)
  const growable = shared ?? wasmMemory(initialBytes)
  const module = await loadKernels(kernels, shared !== undefined)
  const exports = instantiate(module, growable.memory)
  const engine = wasmEngine(exports, growable.memory)
  const memory = deviceMemory(growable)
  if (!start || !shared) {
    const refused = start ? { ...info, threadsReason: 'this runtime refuses a shared memory' } : info
    return { engine, memory, team: undefined, sharing: undefined, info: refused }
  }
  const words = memory.allocate(teamBytes)
  memory.intWords.fill(0, words / 4, (words + teamBytes) / 4)
  const parts = {
    backend,
    size: threads,
    module,
    memory: growable.memory,
    kernels: exports,
    words,
    start,
    leads,
  }
  return { engine, memory, team: new Team(parts), sharing: { ...sharing, ...least, threads }, info }
}

function deviceMemory(memory: GrowableMemory): DeviceMemory {
  return new DeviceMemory(memory, backend)
}

class CpuBackend implements Backend {
  readonly specification = 1
  readonly name = backend
  readonly composites: ReadonlySet<CompositeName> = new Set(fusedNames)
  private readonly device: Device
  private readonly chosen: Choice['info']
  private readonly counter = { runs: 0 }
  private ended = false

  constructor({ engine, memory, team, sharing, info }: Choice, recorder: Recorder | undefined) {
    this.chosen = info
    this.device = {
      name: this.name,
      engine,
      team,
      sharing,
      recorder,
      turns: new Turns(),
      memory,
      workspace: new Workspace(memory),
      arrays: new Set(),
      programs: new Set(),
      expectAlive: () => this.expectAlive(),
    }
  }

  info(): Readonly<Record<string, string | number | boolean>> {
    const { engine, memory, team } = this.device
    const lost = team?.problem
    return {
      engine: this.chosen.engine,
      simd: engine.kind === 'wasm',
      relaxed: this.chosen.engine === 'wasm-relaxed',
      threads: team && lost === undefined ? team.size : 1,
      reason: this.chosen.reason,
      threadsReason: lost === undefined ? this.chosen.threadsReason : `a thread could not work: ${lost}`,
      memoryBytes: memory.bytes,
    }
  }

  async compile(graph: Graph, { signal, constants = [] }: CompileOptions = {}): Promise<Program> {
    const startMs = performance.now()
    this.expectAlive()
    if (signal?.aborted) {
      throw new AbortError({ operation: `${this.name}: compile ${graph.name}`, cause: signal.reason })
    }
    this.expectSupported(graph)
    check(graph)
    checkConstants(graph, constants)
    const nodes = countNodes(graph)
    return new CpuProgram(this.device, graph, this.counter, { nodes, compileMs: performance.now() - startMs })
  }

  upload(array: HostArray): DeviceArray {
    this.expectAlive()
    checkHostArray(array)
    const { memory } = this.device
    const address = memory.allocate(array.data.length * bytesPerElement)
    writeElements(memory, address, array)
    return new CpuArray(this.device, array.kind, [...array.shape], address)
  }

  live(): { readonly arrays: number; readonly bytes: number } {
    let bytes = 0
    for (const array of this.device.arrays) bytes += array.size * bytesPerElement
    return { arrays: this.device.arrays.size, bytes }
  }

  async dispose(): Promise<void> {
    if (this.ended) return
    this.ended = true
    const { programs, arrays, workspace, team } = this.device
    team?.dismiss()
    for (const program of programs) program.dispose()
    for (const array of arrays) array.dispose()
    workspace.release()
  }

  private expectAlive(): void {
    if (this.ended) throw new BackendError({ backend: this.name, problem: 'the backend is disposed' })
  }

  private expectSupported(graph: Graph): void {
    for (const { op, scope, attributes } of graph.nodes) {
      if (op === 'scan') this.expectSupported(attributes.body)
      if (primitiveNames.includes(op as never) || this.composites.has(op as CompositeName)) continue
      throw new UnsupportedOpError({ backend: this.name, op, scope: scope || undefined })
    }
  }
}

/** Number of nodes, with those in the bodies of loops. */
function countNodes({ nodes }: Graph): number {
  return nodes.reduce(
    (count, node) => count + 1 + (node.op === 'scan' ? countNodes(node.attributes.body) : 0),
    0,
  )
}
