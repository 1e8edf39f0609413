import {
  AbortError,
  BackendError,
  checkHostArray,
  type DeviceArray,
  type Graph,
  OptionError,
  type Program,
  type ProgramInputs,
  type RunOptions,
} from '@dragoman/core/backend'
import { Constants, type Given } from './constants.ts'
import { runFailure } from './failures.ts'
import { InputBinding } from './input-binding.ts'
import { type ArrayHome, OnnxArray, sizeBytes, tensorOf } from './onnx-array.ts'
import { type OnnxSession, openSession, type SessionHome } from './onnx-session.ts'
import type { OrtTensor } from './ort.ts'

/** What programs need of their backend. */
export interface Device extends ArrayHome, SessionHome {
  readonly programs: Set<OnnxProgram>
  expectAlive(): void
}

/** Figures of a program; bytes are those of the last run. */
export type ProgramStats = Record<
  | 'nodes'
  | 'compileMs'
  /** Nodes of the ONNX model, with those in the bodies of loops. */
  | 'onnxNodes'
  | 'modelBytes'
  /** Sessions opened so far: one, and one more when constants change, or a product over nothing comes or goes. */
  | 'sessions'
  /** Milliseconds that writing and opening the last session took. */
  | 'sessionMs'
  /** Bytes of the constants that the model holds itself. */
  | 'constantBytes'
  /** Bytes of the tensors handed to ONNX Runtime, and of those that came back. */
  | 'inputBytes'
  | 'outputBytes',
  number
>

/** One run, checked. */
interface Run {
  /** In the order of the graph. */
  readonly given: readonly Given[]
  readonly donated: readonly OnnxArray[]
  readonly signal: AbortSignal | undefined
  /** Whether it needs a session whose products are not joined with what is around them. */
  readonly isPlain: boolean
}

const runOptions = { logSeverityLevel: 4 }

/** A graph in a session of ONNX Runtime, whatever the sizes of its inputs. Runs are done one after another. */
export class OnnxProgram implements Program {
  readonly stats: ProgramStats
  private readonly device: Device
  private readonly graph: Graph
  private readonly binding: InputBinding
  private readonly constants: Constants
  private opened: OnnxSession | undefined
  private disposed = false

  constructor(device: Device, graph: Graph, constants: readonly string[], nodes: number) {
    this.device = device
    this.graph = graph
    this.binding = new InputBinding(graph)
    this.constants = new Constants(graph, constants)
    this.stats = {
      nodes,
      compileMs: 0,
      onnxNodes: 0,
      modelBytes: 0,
      sessions: 0,
      sessionMs: 0,
      constantBytes: 0,
      inputBytes: 0,
      outputBytes: 0,
    }
    device.programs.add(this)
  }

  /** Opens the session; one with constants waits for their values. */
  async open(): Promise<void> {
    if (this.constants.slots.length === 0) await this.device.queue.add(() => this.replaceSession([], false))
  }

  async run(inputs: ProgramInputs, options: RunOptions = {}): Promise<Record<string, DeviceArray>> {
    const { donate = [], signal } = options
    this.expectAlive()
    this.expectNotAborted(signal)
    const isPlain = this.binding.check(inputs)
    const given = this.take(inputs)
    const donated = this.donatedOf(inputs, donate)
    for (const { array } of given) array?.retain()
    for (const array of donated) array.donated = true
    try {
      return await this.device.queue.add(() => this.runNow({ given, donated, signal, isPlain }))
    } finally {
      for (const array of donated) array.donated = false
      for (const { array } of given) array?.release()
    }
  }

  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    this.device.programs.delete(this)
    // After the runs already asked for, which keep their session.
    void this.device.queue.add(() => this.closeSession())
  }

  private expectAlive(): void {
    this.device.expectAlive()
    if (!this.disposed) return
    throw new BackendError({ backend: this.device.name, problem: `program '${this.graph.name}' is disposed` })
  }

  private expectNotAborted(signal: AbortSignal | undefined): void {
    if (!signal?.aborted) return
    throw new AbortError({ operation: `${this.device.name}: run ${this.graph.name}`, cause: signal.reason })
  }

  /** The inputs in the order of the graph; refuses disposed and foreign arrays, and data that do not fit. */
  private take(inputs: ProgramInputs): Given[] {
    return this.graph.inputs.map(({ name }) => {
      const array = inputs[name]!
      if ('data' in array) {
        checkHostArray(array)
        return { tensor: tensorOf(this.device.runtime.ort, array), array: undefined }
      }
      if (array instanceof OnnxArray && array.home === this.device) {
        return { tensor: array.use(`input '${name}'`), array }
      }
      throw new BackendError({
        backend: this.device.name,
        problem: `input '${name}' is an array of another backend`,
        hint: 'read it there and upload it here',
      })
    })
  }

  private donatedOf(inputs: ProgramInputs, names: readonly string[]): OnnxArray[] {
    return names.map((name) => {
      const array = inputs[name]
      if (array instanceof OnnxArray) return array
      throw new OptionError({
        option: 'donate',
        problem: array ? `input '${name}' is a host array` : `there is no input '${name}'`,
        hint: 'donate device arrays only: upload it first, or leave it out of donate',
      })
    })
  }

  private async runNow({ given, donated, signal, isPlain }: Run): Promise<Record<string, DeviceArray>> {
    this.expectNotAborted(signal)
    const { session, inputs, outputs } = await this.sessionFor(given, isPlain)
    const feeds: Record<string, OrtTensor> = {}
    let inputBytes = 0
    for (const { slot, onnxName, kind } of inputs) {
      const { tensor } = given[slot]!
      feeds[onnxName] = tensor
      inputBytes += sizeBytes(kind, tensor.dims)
    }
    const results = await session.run(feeds, runOptions).catch((error: unknown) => {
      throw runFailure({ backend: this.device.name, graph: this.graph.name }, error)
    })
    for (const array of donated) array.dispose()
    const arrays: Record<string, DeviceArray> = {}
    let outputBytes = 0
    for (const { name, onnxName, kind } of outputs) {
      const array = new OnnxArray(this.device, kind, results[onnxName]!)
      arrays[name] = array
      outputBytes += array.bytes
    }
    this.stats.inputBytes = inputBytes
    this.stats.outputBytes = outputBytes
    return arrays
  }

  /**
   * The session that holds the constants of this run. Runs with a product over nothing are rare, and have one that
   * ONNX Runtime optimises less, in place of the usual one: both at once would hold the constants twice.
   */
  private async sessionFor(given: readonly Given[], isPlain: boolean): Promise<OnnxSession> {
    const { opened } = this
    return opened?.isPlain === isPlain && this.constants.hold(given)
      ? opened
      : this.replaceSession(given, isPlain)
  }

  private async replaceSession(given: readonly Given[], isPlain: boolean): Promise<OnnxSession> {
    await this.closeSession()
    const constants = await this.constants.take(given)
    const opened = await openSession(this.device, this.graph, { constants, isPlain })
    this.opened = opened
    this.stats.constantBytes = this.constants.bytes
    this.stats.onnxNodes = opened.onnxNodes
    this.stats.modelBytes = opened.modelBytes
    this.stats.sessions += 1
    this.stats.sessionMs = opened.openMs
    return opened
  }

  private async closeSession(): Promise<void> {
    const { opened } = this
    this.opened = undefined
    await opened?.session.release()
  }
}
