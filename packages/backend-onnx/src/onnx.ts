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
  OptionError,
  type Program,
} from '@dragoman/core/backend'
import { onnxComposites } from './model/index.ts'
import { OnnxArray, tensorOf } from './runtime/onnx-array.ts'
import { type Device, OnnxProgram } from './runtime/onnx-program.ts'
import { checkModel, openSession } from './runtime/onnx-session.ts'
import type { Ort, OrtSession } from './runtime/ort.ts'
import { type OnnxProvider, providerName, type Runtime, runtimeOf } from './runtime/runtime.ts'
import { checkSessionOptions, type OnnxSessionOptions } from './runtime/session-options.ts'

/** How a backend on ONNX Runtime is made. */
export interface OnnxOptions {
  /** The module `onnxruntime-node` or `onnxruntime-web`, 1.30 or newer, as the caller imported it. */
  readonly ort: Ort
  /**
   * Execution providers in order of preference: `wasm`, `webgpu`, `webnn` on the web, `cpu` and what the platform has
   * in Node. By default `wasm` or `cpu`.
   */
  readonly providers?: readonly OnnxProvider[]
  /** Further options of every session. */
  readonly session?: OnnxSessionOptions
}

/**
 * Runs graphs on ONNX Runtime: each is written as one model of standard ops, forward, backward and optimizer alike,
 * and opened once for all sizes.
 *
 *   import * as ort from 'onnxruntime-node'
 *   const backend = await onnx({ ort })
 *
 * Threads are the engine's: `session.intraOpNumThreads` in Node, `ort.env.wasm.numThreads` on the web. Runs are done
 * one after another.
 *
 * @throws BackendError when the module is none of the two or too old, or a provider cannot start here; OptionError for
 *   an option that its build does not have.
 */
export async function onnx(options: OnnxOptions): Promise<Backend> {
  const { ort, providers, session = {} } = options
  expectOptions(options)
  const runtime = runtimeOf(ort, providers)
  checkSessionOptions(runtime.build, session)
  const backend = new OnnxBackend(runtime, session)
  try {
    await backend.start()
  } catch (error) {
    await backend.dispose()
    throw error
  }
  return backend
}

function expectOptions(options: OnnxOptions): void {
  const known = ['ort', 'providers', 'session']
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new OptionError({
    option: unknown,
    problem: 'onnx() has no such option',
    hint: `known: ${known.join(', ')}`,
  })
}

/** A graph of one op, to see whether a provider starts. */
const probe: Graph = {
  name: 'probe',
  inputs: [{ name: 'x', value: 0 }],
  outputs: [{ name: 'y', value: 1 }],
  values: [
    { kind: 'float', shape: ['size'] },
    { kind: 'float', shape: ['size'] },
  ],
  nodes: [{ op: 'neg', inputs: [0], outputs: [1], attributes: {}, scope: '' }],
}

class OnnxBackend implements Backend {
  readonly specification = 1
  readonly name: string
  readonly composites: ReadonlySet<CompositeName> = onnxComposites
  private readonly device: Device
  /** Kept open: ONNX Runtime gives a GPU up with the last session on it, and every array there is lost. */
  private readonly held: OrtSession[] = []
  private ended = false

  constructor(runtime: Runtime, sessionOptions: OnnxSessionOptions) {
    this.name = nameOf(runtime)
    this.device = {
      name: this.name,
      runtime,
      sessionOptions,
      queue: runtime.queue,
      arrays: new Set(),
      programs: new Set(),
      expectAlive: () => this.expectAlive(),
    }
  }

  /** Opens a tiny session on each provider alone: ONNX Runtime passes over one that does not start with a warning. */
  async start(): Promise<void> {
    const { runtime, queue } = this.device
    for (const provider of runtime.providers) {
      const home = { ...this.device, runtime: { ...runtime, providers: [provider] } }
      const { session } = await queue
        .add(() => openSession(home, probe))
        .catch((error: unknown) => {
          const reason =
            error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
          throw new BackendError({
            backend: this.name,
            problem: `the provider '${providerName(provider)}' does not start here`,
            seen: [reason],
            hint: 'leave it out of providers, or see what it needs',
            cause: error,
          })
        })
      if (providerName(provider) === 'webgpu') this.held.push(session)
      else await queue.add(() => session.release())
    }
  }

  info(): Readonly<Record<string, string | number | boolean>> {
    const { runtime, sessionOptions } = this.device
    const { build, version, providers, ort } = runtime
    const threads = build === 'web' ? ort.env.wasm.numThreads : sessionOptions.intraOpNumThreads
    return {
      runtime: `onnxruntime-${build} ${version}`,
      providers: providers.map(providerName).join(', '),
      threads: threads || 'as many as ONNX Runtime chooses',
      programs: this.device.programs.size,
    }
  }

  async compile(graph: Graph, { signal, constants = [] }: CompileOptions = {}): Promise<Program> {
    const startMs = performance.now()
    this.expectAlive()
    this.expectNotAborted(signal, graph)
    check(graph)
    checkConstants(graph, constants)
    const program = new OnnxProgram(this.device, graph, constants, countNodes(graph))
    try {
      if (constants.length > 0) checkModel(this.device, graph)
      else await program.open()
      this.expectAlive()
      this.expectNotAborted(signal, graph)
    } catch (error) {
      program.dispose()
      throw error
    }
    program.stats.compileMs = performance.now() - startMs
    return program
  }

  upload(array: HostArray): DeviceArray {
    this.expectAlive()
    checkHostArray(array)
    return new OnnxArray(this.device, array.kind, tensorOf(this.device.runtime.ort, array))
  }

  live(): { readonly arrays: number; readonly bytes: number } {
    let bytes = 0
    for (const array of this.device.arrays) bytes += array.bytes
    return { arrays: this.device.arrays.size, bytes }
  }

  /** After the runs already asked for, whose results go with it. */
  async dispose(): Promise<void> {
    if (this.ended) return
    this.ended = true
    const { programs, arrays, queue } = this.device
    for (const program of programs) program.dispose()
    await queue.add(async () => {
      for (const array of arrays) array.dispose()
      for (const session of this.held) await session.release()
    })
  }

  private expectAlive(): void {
    if (this.ended) throw new BackendError({ backend: this.name, problem: 'the backend is disposed' })
  }

  private expectNotAborted(signal: AbortSignal | undefined, { name }: Graph): void {
    if (!signal?.aborted) return
    throw new AbortError({ operation: `${this.name}: compile ${name}`, cause: signal.reason })
  }
}

/** `onnx-node` and `onnx-wasm`, and with the provider where it is another one. */
function nameOf({ build, providers }: Runtime): string {
  const first = providerName(providers[0]!)
  if (build === 'web') return `onnx-${first === 'cpu' ? 'wasm' : first}`
  return first === 'cpu' ? 'onnx-node' : `onnx-node-${first}`
}

/** Number of nodes, with those in the bodies of loops. */
function countNodes({ nodes }: Graph): number {
  return nodes.reduce(
    (count, node) => count + 1 + (node.op === 'scan' ? countNodes(node.attributes.body) : 0),
    0,
  )
}
