import { DataError, OptionError } from '../errors.ts'
import { EOS_ID, PAD_ID, SOS_ID } from '../text/index.ts'
import type { Example } from './pairs.ts'

/** How sequences become rows of one length. */
export interface CollateOptions {
  /** The id that fills rows up. Default `PAD_ID`. */
  readonly padId?: number
  /** The id put before each target input. Default `SOS_ID`. */
  readonly sosId?: number
  /** The id put after each source and target output. Default `EOS_ID`. */
  readonly eosId?: number
  /** Whether a source ends with `eosId` too. Default true. */
  readonly sourceEos?: boolean
  /** Row lengths are rounded up to a multiple of this, so that fewer shapes occur. Default 1. */
  readonly lengthMultiple?: number
}

/** Sources as one array: B rows of S ids. */
export interface SourceBatch {
  /** B, the number of rows. */
  readonly size: number
  /** [B, S], row after row. */
  readonly source: Int32Array
  /** S, the padded length. */
  readonly maxSourceLength: number
  /** [B], the real tokens of each source, `<eos>` counted where it is added. */
  readonly sourceLengths: Int32Array
  /** The sum of `sourceLengths`. */
  readonly sourceTokens: number
}

/** A batch for teacher forcing: at each place, from `targetInput` predict `targetOutput`. */
export interface Batch extends SourceBatch {
  /** [B, T]: `<sos>` y₁ … yₙ, padded. */
  readonly targetInput: Int32Array
  /** [B, T]: y₁ … yₙ `<eos>`, padded. */
  readonly targetOutput: Int32Array
  /** T, the padded length. */
  readonly maxTargetLength: number
  /** [B], the real tokens of each target, `<eos>` counted. */
  readonly targetLengths: Int32Array
  /** The sum of `targetLengths`. */
  readonly targetTokens: number
  /** [B], the place of each example among all pairs. */
  readonly indices: Int32Array
}

/** The least multiple of `multiple` that is not below `length`. */
export function roundUpLength(length: number, multiple: number): number {
  return Math.ceil(length / multiple) * multiple
}

/** @throws OptionError when `lengthMultiple` is no whole number from 1 up. */
export function checkLengthMultiple(multiple: number): number {
  if (Number.isSafeInteger(multiple) && multiple >= 1) return multiple
  throw new OptionError({ option: 'lengthMultiple', problem: `${multiple} is not a whole number from 1 up` })
}

interface Rows {
  readonly data: Int32Array
  readonly lengths: Int32Array
  readonly width: number
  readonly tokens: number
}

function padRows(
  rows: readonly ArrayLike<number>[],
  { before, after, padId, multiple }: { before: number[]; after: number[]; padId: number; multiple: number },
): Rows {
  const extra = before.length + after.length
  const lengths = Int32Array.from(rows, (row) => row.length + extra)
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0)
  const width = roundUpLength(longest, multiple)
  const data = new Int32Array(rows.length * width).fill(padId)
  rows.forEach((row, b) => {
    data.set(before, b * width)
    data.set(row, b * width + before.length)
    data.set(after, b * width + before.length + row.length)
  })
  return { data, lengths, width, tokens: lengths.reduce((sum, length) => sum + length, 0) }
}

/**
 * Sources as one padded array, for decoding.
 *
 * @returns `source` [B, S] and `sourceLengths` [B]; S is the longest, rounded up to `lengthMultiple`.
 * @throws DataError for no sources, or an empty one that no `<eos>` follows.
 */
export function collateSources(
  sources: readonly ArrayLike<number>[],
  options: CollateOptions = {},
): SourceBatch {
  const { padId = PAD_ID, eosId = EOS_ID, sourceEos = true, lengthMultiple = 1 } = options
  if (sources.length === 0) throw new DataError({ problem: 'a batch without examples' })
  const empty = sourceEos ? -1 : sources.findIndex((source) => source.length === 0)
  if (empty >= 0) {
    throw new DataError({
      problem: `source ${empty} of the batch is empty`,
      hint: 'set sourceEos, or leave it out',
    })
  }
  const multiple = checkLengthMultiple(lengthMultiple)
  const rows = padRows(sources, { before: [], after: sourceEos ? [eosId] : [], padId, multiple })
  return {
    size: sources.length,
    source: rows.data,
    maxSourceLength: rows.width,
    sourceLengths: rows.lengths,
    sourceTokens: rows.tokens,
  }
}

/**
 * Examples as one padded batch for teacher forcing.
 *
 *   targetInput   <sos> y₁ y₂    targetOutput   y₁ y₂ <eos>
 *
 * @throws DataError for no examples, or an empty source that no `<eos>` follows.
 */
export function collate(examples: readonly Example[], options: CollateOptions = {}): Batch {
  const { padId = PAD_ID, sosId = SOS_ID, eosId = EOS_ID, lengthMultiple = 1 } = options
  const sources = collateSources(
    examples.map((example) => example.source),
    options,
  )
  const targets = examples.map((example) => example.target)
  const inputs = padRows(targets, { before: [sosId], after: [], padId, multiple: lengthMultiple })
  const outputs = padRows(targets, { before: [], after: [eosId], padId, multiple: lengthMultiple })
  return {
    ...sources,
    targetInput: inputs.data,
    targetOutput: outputs.data,
    maxTargetLength: outputs.width,
    targetLengths: outputs.lengths,
    targetTokens: outputs.tokens,
    indices: Int32Array.from(examples, (example) => example.index),
  }
}
