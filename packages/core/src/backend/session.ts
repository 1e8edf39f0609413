import { BackendError, OptionError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { MaskInput } from '../graph/lower.ts'
import { lower } from '../graph/lower.ts'
import { hashGraph } from '../graph/serialize.ts'
import { RandomStream } from '../random/index.ts'
import { bindSymbols, boundShape, checkConstants } from './binding.ts'
import type { Backend, CompileOptions, DeviceArray, HostArray, Program, ProgramInputs } from './contract.ts'
import { Turns } from './turns.ts'

/** How one run of a session's program goes. */
export interface SessionRunOptions {
  /** Given inputs that the caller gives up, as in a program's `donate`: device arrays only. */
  readonly donate?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** What a session's compile may be told; see {@link CompileOptions}. */
export type SessionCompileOptions = Pick<CompileOptions, 'constants'>

/** A graph compiled for a session: inputs that a run does not give are the session's state. */
export interface SessionProgram {
  /**
   * Runs the graph. Outputs that are named like an entry of the state replace it, in its memory
   * where the backend can; the caller owns the others.
   */
  run(inputs: ProgramInputs, options?: SessionRunOptions): Promise<Record<string, DeviceArray>>
  readonly stats: Program['stats']
}

/**
 * Keeps state on a backend by name (weights, moments) and runs graphs over it.
 *
 * It lowers each graph to what the backend takes, compiles it once however often it is asked for, and
 * draws the dropout masks that the backend does not draw itself. Runs are done one after another,
 * so that a run that replaces state never meets one that reads it; between them the event loop gets a turn.
 */
export class Session {
  readonly backend: Backend
  private readonly state = new Map<string, DeviceArray>()
  private readonly programs = new Map<string, Promise<{ program: Program; run: SessionProgram }>>()
  private queue: Promise<unknown> = Promise.resolve()
  private readonly turns = new Turns()
  private pending = 0
  private ended = false

  /** Throws OptionError for what is no backend of this specification, such as the promise of one. */
  constructor(backend: Backend) {
    if (backend?.specification !== 1) {
      throw new OptionError({
        option: 'backend',
        problem: 'this is no backend of specification 1',
        hint: 'where making a backend gives a promise, await it',
      })
    }
    this.backend = backend
  }

  /** Puts an array into the state, in place of the one of that name; runs already asked for see the old one. */
  set(name: string, array: HostArray): void {
    this.expectAlive()
    const uploaded = this.backend.upload(array)
    this.inOrder(() => {
      this.state.get(name)?.dispose()
      this.state.set(name, uploaded)
    })
  }

  /** Names in the state, in the order in which they were first set. */
  names(): string[] {
    return [...this.state.keys()]
  }

  /** A host copy of an entry of the state; throws OptionError when there is none. */
  async get(name: string): Promise<HostArray> {
    this.expectAlive()
    return this.enqueue(async () => {
      const array = this.state.get(name)
      if (!array) throw new OptionError({ option: name, problem: 'the session holds no array of this name' })
      return { kind: array.kind, shape: array.shape, data: await array.read() }
    })
  }

  /** Removes entries from the state and gives their memory back, after the runs already asked for. */
  delete(names: Iterable<string>): void {
    const all = [...names]
    this.inOrder(() => {
      for (const name of all) {
        this.state.get(name)?.dispose()
        this.state.delete(name)
      }
    })
  }

  /**
   * The program of a graph; the same one for an equal graph and equal constants.
   *
   * @param constants names of inputs that keep their values over many runs; see {@link CompileOptions}.
   * @throws OptionError for a constant that is no input of the graph.
   */
  async compile(graph: Graph, { constants = [] }: SessionCompileOptions = {}): Promise<SessionProgram> {
    this.expectAlive()
    checkConstants(graph, constants)
    const key = [hashGraph(graph), ...constants].join('\n')
    let entry = this.programs.get(key)
    if (!entry) {
      entry = this.build(graph, constants)
      this.programs.set(key, entry)
      entry.catch(() => this.programs.delete(key))
    }
    return (await entry).run
  }

  /** Gives back the state and the programs; the backend stays the caller's. Again is harmless. */
  async dispose(): Promise<void> {
    this.ended = true
    await this.queue
    this.delete(this.names())
    const programs = [...this.programs.values()]
    this.programs.clear()
    for (const entry of await Promise.allSettled(programs)) {
      if (entry.status === 'fulfilled') entry.value.program.dispose()
    }
  }

  private expectAlive(): void {
    if (!this.ended) return
    throw new BackendError({ backend: this.backend.name, problem: 'the session is disposed' })
  }

  /** Does something after everything that was asked for before. */
  private enqueue<T>(action: () => Promise<T>): Promise<T> {
    this.pending++
    const result = this.queue.then(action).finally(() => {
      this.pending--
    })
    this.queue = result.catch(() => undefined)
    return result
  }

  /** Changes the state: at once where nothing is under way, else in its turn. */
  private inOrder(change: () => void): void {
    if (this.pending === 0) change()
    else void this.enqueue(async () => change())
  }

  private async build(
    graph: Graph,
    constants: readonly string[],
  ): Promise<{ program: Program; run: SessionProgram }> {
    const lowered = lower(graph, this.backend.composites)
    const program = await this.backend.compile(lowered.graph, { constants })
    const names = graph.inputs.map((port) => port.name)
    const updates = graph.outputs.map((port) => port.name)
    const run: SessionProgram['run'] = async (inputs, options) => {
      this.expectAlive()
      return this.enqueue(() => this.runNow(program, lowered, names, updates, inputs, options))
    }
    return { program, run: { run, stats: program.stats } }
  }

  private async runNow(
    program: Program,
    { graph, masks }: { graph: Graph; masks: readonly MaskInput[] },
    names: readonly string[],
    updates: readonly string[],
    given: ProgramInputs,
    { donate: givenUp = [], signal }: SessionRunOptions = {},
  ): Promise<Record<string, DeviceArray>> {
    const unknown = givenUp.find((name) => !Object.hasOwn(given, name))
    if (unknown !== undefined) {
      throw new OptionError({
        option: 'donate',
        problem: `'${unknown}' is not among the given inputs`,
        hint: 'the state is not given up: an output of its name replaces an entry, and delete removes it',
      })
    }
    const inputs: Record<string, DeviceArray | HostArray> = { ...given }
    for (const name of names) {
      const kept = name in inputs ? undefined : this.state.get(name)
      if (kept) inputs[name] = kept
    }
    await this.turns.give()
    const drawn = drawMasks(this.backend, graph, masks, inputs)
    const replaced = updates.filter(
      (name) => this.state.get(name) !== undefined && inputs[name] === this.state.get(name),
    )
    const donate = [...replaced, ...givenUp]
    const running = program.run({ ...inputs, ...drawn }, { donate, ...(signal ? { signal } : {}) })
    const outputs = await running.catch((error: unknown) => this.dropLost(replaced, error))
    const rest: Record<string, DeviceArray> = {}
    for (const [name, output] of Object.entries(outputs)) {
      if (!this.state.has(name)) {
        rest[name] = output
        continue
      }
      if (!replaced.includes(name)) this.state.get(name)!.dispose()
      this.state.set(name, output)
    }
    return rest
  }

  /** A run that fails midway may take with it what it was to replace: says so, and keeps nothing that is dead. */
  private async dropLost(replaced: readonly string[], error: unknown): Promise<never> {
    const lost: string[] = []
    for (const name of replaced) {
      const isAlive = await this.state
        .get(name)!
        .read()
        .then(
          () => true,
          () => false,
        )
      if (!isAlive) lost.push(name)
    }
    if (lost.length === 0) throw error
    for (const name of lost) this.state.delete(name)
    const others = lost.length > 1 ? ` and ${lost.length - 1} more` : ''
    throw new BackendError({
      backend: this.backend.name,
      problem: `the run failed midway; the state has lost '${lost[0]}'${others}`,
      hint: 'set them again, or load the model again; the cause says what failed',
      cause: error,
    })
  }
}

function drawMasks(
  backend: Backend,
  graph: Graph,
  masks: readonly MaskInput[],
  inputs: ProgramInputs,
): Record<string, HostArray> {
  const bindings = masks.length > 0 ? bindSymbols(graph, inputs) : {}
  const drawn: Record<string, HostArray> = {}
  for (const { name, shape, rate, site, key } of masks) {
    const words = inputs[key]
    if (!words || !('data' in words)) {
      throw new BackendError({
        backend: backend.name,
        problem: `the random key '${key}' must be a host array, as this backend does not draw masks itself`,
      })
    }
    const [low = 0, high = 0, step = 0] = [...words.data].map((word) => word >>> 0)
    const sizes = boundShape(graph, shape, bindings)
    const count = sizes.reduce((product, size) => product * size, 1)
    const data = new RandomStream(high * 2 ** 32 + low).dropoutMask(count, rate, { step, site })
    drawn[name] = { kind: 'float', shape: sizes, data }
  }
  return drawn
}
