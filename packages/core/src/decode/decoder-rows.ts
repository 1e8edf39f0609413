import { hostArray } from '../backend/binding.ts'
import type { DeviceArray, HostData } from '../backend/contract.ts'
import type { DecoderPrograms } from './decoder-programs.ts'
import type { AttentionLevel } from './graphs.ts'
import { isLayerAttention, isMemory, isState, layerName } from './graphs.ts'
import type { TokenizedBatch } from './source-batches.ts'

type Arrays = Readonly<Record<string, DeviceArray>>

/** How rows are run. */
export interface RowOptions {
  readonly attention: AttentionLevel
  readonly signal?: AbortSignal | undefined
}

/** Where one layer looked, for every row. */
export interface RowsLayer {
  readonly name: string
  /** [R, H, K]. */
  readonly data: HostData
  /** H. */
  readonly heads: number
  /** K. */
  readonly width: number
  /** Whether its keys are the source's tokens; else those of the target so far, and K is their capacity. */
  readonly isAtSource: boolean
}

/** What one step gave, for every row. */
export interface RowsStep {
  /** [R, V] of the next token. */
  readonly logProbabilities: HostData
  /** [R, S]; only where attention was asked for. */
  readonly weights: HostData | undefined
  /** Every layer; only where all were asked for. */
  readonly layers: readonly RowsLayer[] | undefined
  /** Tokens that the decoder has read, `<sos>` counted. */
  readonly position: number
}

/** Tokens that a cache has room for at first; it doubles when they are read. */
const firstCapacity = 16

/**
 * The decoder's state on the backend: one row for each hypothesis. Whoever starts it disposes it,
 * also after an error.
 */
export class DecoderRows {
  private readonly programs: DecoderPrograms
  private readonly options: RowOptions
  private state: Arrays
  private memory: Arrays
  /** The source that each row reads. */
  private sources: readonly number[]
  /** Tokens that were read. */
  private position = 0
  private capacity = firstCapacity

  private constructor(
    programs: DecoderPrograms,
    options: RowOptions,
    arrays: Arrays,
    sources: readonly number[],
  ) {
    this.programs = programs
    this.options = options
    this.state = pick(arrays, isState)
    this.memory = pick(arrays, isMemory)
    this.sources = sources
  }

  /** Encodes the sources; row i is the state before the first token of source i. */
  static async start(
    programs: DecoderPrograms,
    { source, lengths, sources }: TokenizedBatch,
    options: RowOptions,
  ): Promise<DecoderRows> {
    const program = await programs.start()
    const inputs = {
      source,
      sourceLengths: lengths,
      ...(programs.hasCaches ? { room: intArray(new Int32Array(firstCapacity)) } : {}),
    }
    const arrays = await program.run(inputs, { signal: options.signal })
    return new DecoderRows(
      programs,
      options,
      arrays,
      sources.map((_, i) => i),
    )
  }

  /** R, the number of rows. */
  get count(): number {
    return this.sources.length
  }

  /**
   * One token further. The new rows are as many as `parents`: row i goes on from row `parents[i]`
   * of those before, with the token `ids[i]`.
   */
  async step(ids: readonly number[], parents: readonly number[]): Promise<RowsStep> {
    const sources = parents.map((parent) => this.sources[parent]!)
    const keepSources = sameNumbers(sources, this.sources)
    if (!keepSources) await this.select(parents, sources)
    if (this.programs.hasCaches && this.position === this.capacity) await this.grow()
    const reorder = keepSources && parents.some((parent, row) => parent !== row)
    return this.run(ids, reorder ? parents : undefined)
  }

  /** Gives the memory of every row back. Again is harmless. */
  dispose(): void {
    for (const array of [...Object.values(this.state), ...Object.values(this.memory)]) array.dispose()
  }

  /** Takes the rows that `parents` names: their number, or the source of one, is another than before. */
  private async select(parents: readonly number[], sources: readonly number[]): Promise<void> {
    const program = await this.programs.select()
    const held = { ...this.state, ...this.memory }
    const arrays = await program.run(
      { ...held, parents: intArray(parents) },
      { donate: Object.keys(held), signal: this.options.signal },
    )
    this.state = pick(arrays, isState)
    this.memory = pick(arrays, isMemory)
    this.sources = sources
  }

  /** Twice the room in the caches, so that few sizes occur whatever the lengths. */
  private async grow(): Promise<void> {
    const program = await this.programs.grow()
    const caches = pick(this.state, (name) => this.programs.isCache(name))
    const options = { donate: Object.keys(caches), signal: this.options.signal }
    this.state = { ...this.state, ...(await program.run(caches, options)) }
    this.capacity *= 2
  }

  private async run(ids: readonly number[], parents: readonly number[] | undefined): Promise<RowsStep> {
    const { attention, signal } = this.options
    const program = await this.programs.step({ reorder: parents !== undefined, attention })
    const inputs = { ...this.state, ...this.memory, ids: intArray(ids) }
    const outputs = await program.run(parents ? { ...inputs, parents: intArray(parents) } : inputs, {
      donate: Object.keys(this.state),
      signal,
    })
    this.state = pick(outputs, isState)
    this.position++
    const told = pick(outputs, (name) => !isState(name))
    try {
      return {
        logProbabilities: await told.logProbabilities!.read(),
        weights: await told.weights?.read(),
        layers: attention === 'all' ? await this.readLayers(told) : undefined,
        position: this.position,
      }
    } finally {
      for (const array of Object.values(told)) array.dispose()
    }
  }

  private async readLayers(told: Arrays): Promise<RowsLayer[]> {
    const atSource = this.programs.sourceLayers()
    const layers: RowsLayer[] = []
    for (const [name, array] of Object.entries(told)) {
      if (!isLayerAttention(name)) continue
      const [, heads, width] = array.shape
      const isAtSource = atSource.has(name)
      layers.push({
        name: layerName(name),
        data: await array.read(),
        heads: heads!,
        width: width!,
        isAtSource,
      })
    }
    return layers
  }
}

function pick(arrays: Arrays, isWanted: (name: string) => boolean): Arrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => isWanted(name)))
}

function intArray(values: ArrayLike<number>) {
  return hostArray('int', [values.length], values)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
