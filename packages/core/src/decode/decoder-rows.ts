import { hostArray } from '../backend/binding.ts'
import type { DeviceArray, HostData } from '../backend/contract.ts'
import type { SourceBatch } from '../data/index.ts'
import type { DecoderPrograms } from './decoder-programs.ts'
import { isMemory, isState } from './graphs.ts'

type Arrays = Readonly<Record<string, DeviceArray>>

/** How rows are run. */
export interface RowOptions {
  readonly attention: boolean
  readonly signal?: AbortSignal | undefined
}

/** What one step gave, for every row. */
export interface RowsStep {
  /** [R, V] of the next token. */
  readonly logProbabilities: HostData
  /** [R, S]; only where attention was asked for. */
  readonly weights: HostData | undefined
}

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
    { source, sourceLengths, size, maxSourceLength }: SourceBatch,
    options: RowOptions,
  ): Promise<DecoderRows> {
    const program = await programs.start()
    const inputs = {
      source: hostArray('int', [size, maxSourceLength], source),
      sourceLengths: hostArray('int', [size], sourceLengths),
    }
    const arrays = await program.run(inputs, { signal: options.signal })
    return new DecoderRows(
      programs,
      options,
      arrays,
      Array.from({ length: size }, (_, i) => i),
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

  private async run(ids: readonly number[], parents: readonly number[] | undefined): Promise<RowsStep> {
    const { attention, signal } = this.options
    const program = await this.programs.step({ reorder: parents !== undefined, attention })
    const { logProbabilities, weights, ...state } = await program.run(
      {
        ...this.state,
        ...this.memory,
        ids: intArray(ids),
        ...(parents ? { parents: intArray(parents) } : {}),
      },
      { donate: Object.keys(this.state), signal },
    )
    this.state = state
    try {
      return { logProbabilities: await logProbabilities!.read(), weights: await weights?.read() }
    } finally {
      logProbabilities!.dispose()
      weights?.dispose()
    }
  }
}

function pick(arrays: Arrays, isWanted: (name: string) => boolean): Arrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => isWanted(name)))
}

function intArray(values: readonly number[]) {
  return hostArray('int', [values.length], values)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
