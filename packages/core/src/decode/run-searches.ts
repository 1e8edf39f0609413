import type { HostData } from '../backend/contract.ts'
import { NonFiniteError } from '../errors.ts'
import { EOS_ID } from '../text/index.ts'
import type { DecoderPrograms } from './decoder-programs.ts'
import type { RowOptions, RowsLayer, RowsStep } from './decoder-rows.ts'
import { DecoderRows } from './decoder-rows.ts'
import type { Prefix } from './prefix.ts'
import type { LayerWeights, NextToken, Search, StepAttention } from './search.ts'
import type { TokenizedBatch } from './source-batches.ts'

/** A prefix that wants a next token. */
interface Entry {
  readonly source: number
  readonly prefix: Prefix
  /** The row whose state it goes on from. */
  readonly row: number
}

/**
 * The loop of every way of decoding: predict, let each search choose, and again until all are done.
 *
 * It yields after each step. State on the backend is given back when the loop ends, breaks or throws.
 *
 * @param searches one for each source of the batch.
 * @throws NonFiniteError when the model predicts NaN, or no token at all; AbortError.
 */
export async function* runSearches(
  programs: DecoderPrograms,
  batch: TokenizedBatch,
  searches: readonly Search[],
  options: RowOptions,
): AsyncGenerator<void, void, undefined> {
  const rows = await DecoderRows.start(programs, batch, options)
  try {
    let entries = searches.flatMap(({ live }, source): Entry[] =>
      live.map((prefix) => ({ source, prefix, row: source })),
    )
    while (entries.length > 0) {
      const count = rowCount(entries.length, rows.count)
      const ids = Array.from({ length: count }, (_, row) => entries[row]?.prefix.id ?? EOS_ID)
      const parents = Array.from({ length: count }, (_, row) => entries[row]?.row ?? row)
      const step = await rows.step(ids, parents)
      entries = advanceAll(searches, batch, entries, predictions(batch, entries, step, count))
      yield
    }
  } finally {
    rows.dispose()
  }
}

/** Rows that are done run on idle until they are half of all: each number of rows costs a backend a plan. */
function rowCount(live: number, current: number): number {
  return live < current && live > current / 2 ? current : live
}

/** Hands each search its predictions; gives the prefixes to go on with, and the rows they stem from. */
function advanceAll(
  searches: readonly Search[],
  batch: TokenizedBatch,
  entries: readonly Entry[],
  next: readonly NextToken[],
): Entry[] {
  const after: Entry[] = []
  for (let start = 0; start < entries.length; ) {
    const { source, prefix: before } = entries[start]!
    const search = searches[source]!
    const count = search.live.length
    for (const { prefix, parent } of search.advance(next.slice(start, start + count))) {
      after.push({ source, prefix, row: start + parent })
    }
    if (search.live.length === 0 && search.results().length === 0) {
      failAt(batch, source, before.length + 1, 'no token may follow: all are suppressed or impossible')
    }
    start += count
  }
  return after
}

/** What the step says of each entry, which has the row of its place. */
function predictions(
  batch: TokenizedBatch,
  entries: readonly Entry[],
  step: RowsStep,
  rows: number,
): NextToken[] {
  const { logProbabilities } = step
  const vocabularySize = logProbabilities.length / rows
  return entries.map(({ source, prefix }, row) => {
    const own = logProbabilities.subarray(row * vocabularySize, (row + 1) * vocabularySize)
    if (hasNaN(own)) failAt(batch, source, prefix.length + 1, 'a weight is NaN or far too large: load others')
    return { logProbabilities: own, attention: attentionOf(batch, source, row, step) }
  })
}

/** Where a row looked, without the padding of its source and the free room of a cache. */
function attentionOf(
  batch: TokenizedBatch,
  source: number,
  row: number,
  { weights, layers, position }: RowsStep,
): StepAttention | undefined {
  if (!weights && !layers) return undefined
  const real = batch.sources[source]!.tokens.length
  const start = row * batch.width
  const own = weights && Float32Array.from(weights.subarray(start, start + real))
  if (!layers) return { weights: own }
  const cut = layers.map(
    (layer) => [layer.name, rowOf(layer, row, layer.isAtSource ? real : position)] as const,
  )
  return { weights: own, layers: Object.fromEntries(cut) }
}

/** The first `keys` weights of every head of a row. */
function rowOf({ data, heads, width }: RowsLayer, row: number, keys: number): LayerWeights {
  const own = new Float32Array(heads * keys)
  for (let head = 0; head < heads; head++) {
    const start = (row * heads + head) * width
    own.set(data.subarray(start, start + keys), head * keys)
  }
  return { data: own, heads }
}

function hasNaN(values: HostData): boolean {
  // By index: an iterator over all scores takes a twentieth of a step.
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true
  return false
}

function failAt(batch: TokenizedBatch, source: number, step: number, hint: string): never {
  const tensor = `the prediction for source ${batch.sources[source]!.index}`
  throw new NonFiniteError({ step, tensor, hint })
}
