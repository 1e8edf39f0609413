import type { DeviceArray, HostData } from '../backend/contract.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { programsOf } from './decoder-programs.ts'
import type { BatchOptions } from './options.ts'
import { resolveBatchOptions } from './resolve-options.ts'
import type { Source, TokenizedBatch } from './source-batches.ts'
import { readSources, sourceBatches } from './source-batches.ts'

/** The last state of one layer. */
export interface FinalState {
  /** [H]; two directions side by side, the forward one first. */
  readonly hidden: Float32Array
  /** The cell of an LSTM, [H]. */
  readonly cell?: Float32Array
}

/** What an encoder makes of one source. */
export interface EncodedSource {
  /** Empty for frames. */
  readonly source: string
  /** With `<eos>`: one for each state; numbers for frames. */
  readonly tokens: readonly string[]
  /** The states h₁…h_T of the last layer, [T, size], row after row. */
  readonly states: Float32Array
  /** D, the width of a state. */
  readonly size: number
  /** The context vector C = h_T, [size]; of two directions, each at its own end of the source. */
  readonly context: Float32Array
  /** The last state of each layer, from the lowest up. */
  readonly final: readonly FinalState[]
}

/**
 * Reads sources without writing anything: the encoder's states, to plot or to compare.
 *
 * @param sources texts, or frames; one is a list of one.
 * @returns one for each source, in their order.
 * @throws OptionError, AbortError.
 */
export async function encode(
  seq2seq: Seq2Seq,
  sources: readonly Source[] | Source,
  options: BatchOptions = {},
): Promise<EncodedSource[]> {
  const settings = resolveBatchOptions(options)
  const program = await programsOf(seq2seq).encode()
  const tokenized = readSources(sources, seq2seq)
  const results: EncodedSource[] = new Array(tokenized.length)
  for (const batch of sourceBatches(tokenized, seq2seq, settings)) {
    const inputs = { source: batch.source, sourceLengths: batch.lengths }
    const outputs = await readAll(await program.run(inputs, { signal: settings.signal }))
    for (const [row, { index }] of batch.sources.entries()) results[index] = encodedOf(batch, row, outputs)
  }
  return results
}

function encodedOf(batch: TokenizedBatch, row: number, outputs: Readonly<Record<string, HostData>>) {
  const { text: source, tokens } = batch.sources[row]!
  const rowOf = (name: string) => {
    const data = outputs[name]!
    const size = data.length / batch.sources.length
    return Float32Array.from(data.subarray(row * size, (row + 1) * size))
  }
  const context = rowOf('context')
  const size = context.length
  const final: FinalState[] = []
  for (let layer = 0; outputs[`final.${layer}.hidden`]; layer++) {
    const hidden = rowOf(`final.${layer}.hidden`)
    final.push(outputs[`final.${layer}.cell`] ? { hidden, cell: rowOf(`final.${layer}.cell`) } : { hidden })
  }
  const states = rowOf('states').slice(0, tokens.length * size)
  return { source, tokens, states, size, context, final }
}

/** Host copies of device arrays, which are disposed. */
export async function readAll(
  arrays: Readonly<Record<string, DeviceArray>>,
): Promise<Record<string, HostData>> {
  try {
    const copies: Record<string, HostData> = {}
    for (const [name, array] of Object.entries(arrays)) copies[name] = await array.read()
    return copies
  } finally {
    for (const array of Object.values(arrays)) array.dispose()
  }
}
