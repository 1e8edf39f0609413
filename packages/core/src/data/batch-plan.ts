import { DataError, OptionError } from '../errors.ts'
import { RandomStream, siteOf } from '../random/index.ts'
import { checkLengthMultiple, roundUpLength } from './collate.ts'

/** How examples are put into batches. */
export interface BatchPlanOptions {
  /** What `size` counts: examples, or padded tokens of both sides. */
  readonly by: 'count' | 'tokens'
  /**
   * The most that a batch holds. By tokens: rows · (S + T) with S and T as padded, `<eos>` counted;
   * an example longer than that is a batch of its own.
   */
  readonly size: number
  readonly seed: number
  /** A new order of examples and of batches each epoch. Default true. */
  readonly shuffle?: boolean
  /** Put examples of like lengths together. Default true. */
  readonly bucket?: boolean
  /** Buckets are made inside windows of about this many batches, so that order stays random. Default 100. */
  readonly pool?: number
  /** As in `CollateOptions`; lengths are rounded up before they are compared. Default 1. */
  readonly lengthMultiple?: number
  /** As in `CollateOptions`. Default true. */
  readonly sourceEos?: boolean
}

/** A place in the data: the batch `position` of `epoch`, both from 0. Plain, to be saved. */
export interface BatchState {
  readonly epoch: number
  readonly position: number
}

/** The examples of one batch, and where the plan goes on after it. */
export interface PlannedBatch {
  readonly state: BatchState
  readonly next: BatchState
  /** Places in the array of examples that the plan was made of. */
  readonly indices: Uint32Array
}

const EXAMPLES_SITE = siteOf('data.examples')
const BATCHES_SITE = siteOf('data.batches')

function checkCount(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new OptionError({ option, problem: `${value} is not a whole number from ${least} up` })
}

/**
 * Which examples stand together in a batch, epoch after epoch; a function of the lengths, the
 * options, the seed and the epoch only. A run that goes on from a saved `BatchState` sees the same
 * batches as one that was never stopped.
 *
 *   for (const { indices, next } of plan.from(state)) { … state = next }
 *
 * An epoch: shuffle the examples; in each window of `pool` batches sort by source, then target
 * length; cut into batches; shuffle the batches. `shuffle` and `bucket` switch their parts off; with
 * neither, batches follow the order of the data. Each example is in one batch an epoch.
 *
 * @throws DataError for no examples; OptionError for an option or state out of range.
 */
export class BatchPlan {
  readonly #sourceLengths: Uint32Array
  readonly #targetLengths: Uint32Array
  readonly #options: Required<BatchPlanOptions>
  readonly #random: RandomStream
  #cached: { epoch: number; batches: readonly Uint32Array[] } | undefined

  constructor(
    examples: readonly { readonly source: ArrayLike<number>; readonly target: ArrayLike<number> }[],
    options: BatchPlanOptions,
  ) {
    const { shuffle = true, bucket = true, pool = 100, lengthMultiple = 1, sourceEos = true } = options
    if (examples.length === 0) throw new DataError({ problem: 'no examples to make batches of' })
    if (options.by !== 'count' && options.by !== 'tokens') {
      throw new OptionError({
        option: 'by',
        problem: `${JSON.stringify(options.by)} is neither "count" nor "tokens"`,
      })
    }
    checkCount('batch size', options.size, 1)
    checkCount('pool', pool, 1)
    checkLengthMultiple(lengthMultiple)
    this.#options = { ...options, shuffle, bucket, pool, lengthMultiple, sourceEos }
    this.#random = new RandomStream(options.seed)
    const sourceExtra = sourceEos ? 1 : 0
    this.#sourceLengths = Uint32Array.from(examples, ({ source }) =>
      roundUpLength(source.length + sourceExtra, lengthMultiple),
    )
    this.#targetLengths = Uint32Array.from(examples, ({ target }) =>
      roundUpLength(target.length + 1, lengthMultiple),
    )
  }

  /** The batches of an epoch, in order, as places in the array of examples. */
  batches(epoch: number): readonly Uint32Array[] {
    checkCount('epoch', epoch, 0)
    if (this.#cached?.epoch !== epoch) this.#cached = { epoch, batches: this.#plan(epoch) }
    return this.#cached.batches
  }

  /** The batches from a state on, without end: after an epoch comes the next. */
  *from(state: BatchState = { epoch: 0, position: 0 }): Generator<PlannedBatch, never> {
    let epoch = checkCount('epoch', state.epoch, 0)
    let position = checkCount('position', state.position, 0)
    const count = this.batches(epoch).length
    if (position > count) {
      throw new OptionError({
        option: 'position',
        problem: `${position} is past the ${count} batches of epoch ${epoch}`,
        hint: 'was the state saved with other data or another batch size?',
      })
    }
    while (true) {
      const batches = this.batches(epoch)
      for (; position < batches.length; position++) {
        const isLast = position + 1 === batches.length
        yield {
          state: { epoch, position },
          next: isLast ? { epoch: epoch + 1, position: 0 } : { epoch, position: position + 1 },
          indices: batches[position] as Uint32Array,
        }
      }
      epoch++
      position = 0
    }
  }

  #plan(epoch: number): Uint32Array[] {
    const { shuffle, bucket } = this.#options
    const count = this.#sourceLengths.length
    const order = shuffle
      ? this.#random.permutation(count, { step: epoch, site: EXAMPLES_SITE })
      : Uint32Array.from({ length: count }, (_, i) => i)
    // Without buckets there is nothing to sort, so the epoch is one window.
    const windowSize = bucket ? this.#windowSize() : count
    const batches: Uint32Array[] = []
    for (let start = 0; start < count; start += windowSize) {
      const window = order.subarray(start, start + windowSize)
      if (bucket) window.sort((a, b) => this.#compareLengths(a, b))
      this.#cut(window, batches)
    }
    if (!shuffle) return batches
    const batchOrder = this.#random.permutation(batches.length, { step: epoch, site: BATCHES_SITE })
    return Array.from(batchOrder, (i) => batches[i] as Uint32Array)
  }

  #windowSize(): number {
    const { by, size, pool } = this.#options
    if (by === 'count') return pool * size
    let tokens = 0
    for (let i = 0; i < this.#sourceLengths.length; i++) tokens += this.#tokensOf(i)
    const meanTokens = tokens / this.#sourceLengths.length
    return pool * Math.max(1, Math.floor(size / meanTokens))
  }

  #tokensOf(i: number): number {
    return (this.#sourceLengths[i] as number) + (this.#targetLengths[i] as number)
  }

  #compareLengths(a: number, b: number): number {
    const bySource = (this.#sourceLengths[a] as number) - (this.#sourceLengths[b] as number)
    return bySource || (this.#targetLengths[a] as number) - (this.#targetLengths[b] as number)
  }

  #cut(window: Uint32Array, batches: Uint32Array[]): void {
    const { by, size } = this.#options
    let start = 0
    let maxSource = 0
    let maxTarget = 0
    for (let i = 0; i < window.length; i++) {
      const source = this.#sourceLengths[window[i] as number] as number
      const target = this.#targetLengths[window[i] as number] as number
      const rows = i + 1 - start
      const tokens = rows * (Math.max(maxSource, source) + Math.max(maxTarget, target))
      if (rows > 1 && (by === 'count' ? rows : tokens) > size) {
        batches.push(window.slice(start, i))
        start = i
        maxSource = 0
        maxTarget = 0
      }
      maxSource = Math.max(maxSource, source)
      maxTarget = Math.max(maxTarget, target)
    }
    batches.push(window.slice(start))
  }
}
