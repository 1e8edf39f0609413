import { collate, EOS_ID, type Graph, hostArray, type Model, type Seq2Seq, trace } from '@dragoman/core'

/** Scores of every token of the vocabulary at each step of one target. */
export interface TargetLogits {
  /** [T, V], row after row: row t after the first t tokens of the target. */
  readonly data: Float32Array
  /** V, the vocabulary size. */
  readonly vocabularySize: number
}

/**
 * The logits of a model along given targets, one source after another: no padding, and teacher forcing, so that
 * one backend's logits stand beside another's though their own outputs may differ.
 *
 * @param targets ids without `<sos>` and `<eos>`, one for each source, or for the first sources.
 */
export async function logitsAlong(
  seq2seq: Seq2Seq,
  sources: readonly string[],
  targets: readonly Int32Array[],
): Promise<TargetLogits[]> {
  const program = await seq2seq.session.compile(logitsGraph(seq2seq.model))
  const results: TargetLogits[] = []
  for (const [index, target] of targets.entries()) {
    const source = seq2seq.tokenizers.source.encode(sources[index]!)
    const batch = collate([{ source, target, index }])
    const { logits } = await program.run({
      source: hostArray('int', [1, batch.maxSourceLength], batch.source),
      sourceLengths: hostArray('int', [1], batch.sourceLengths),
      targetInput: hostArray('int', [1, batch.maxTargetLength], batch.targetInput),
    })
    const data = Float32Array.from(await logits!.read())
    const vocabularySize = logits!.shape.at(-1)!
    logits!.dispose()
    results.push({ data, vocabularySize })
  }
  return results
}

/** source, sourceLengths, targetInput int [batch, target] → logits [batch, target, V]. */
function logitsGraph({ encoder, decoder }: Model): Graph {
  return trace('compare.logits', (recorder) => {
    const { kind, shape } = encoder.source
    const source = recorder.input('source', kind, shape)
    const encoded = encoder.encode(source, recorder.input('sourceLengths', 'int', ['batch']))
    const targetInput = recorder.input('targetInput', 'int', ['batch', 'target'])
    return { logits: decoder.sequence(targetInput, encoded).logits }
  })
}

/** The largest |Δ| of two tables of logits of one shape. NaN where one of them alone has a NaN. */
export function largestDifference(left: TargetLogits, right: TargetLogits): number {
  let largest = 0
  for (const [i, value] of left.data.entries()) {
    const other = right.data[i]!
    // Equal infinities, and NaN on both sides, are no difference.
    if (Object.is(value, other)) continue
    const difference = Math.abs(value - other)
    if (!(difference <= largest)) largest = difference
    if (Number.isNaN(largest)) return largest
  }
  return largest
}

/** How far a token is above another at a step. */
export function marginAt(
  { data, vocabularySize }: TargetLogits,
  step: number,
  id: number,
  other: number,
): number {
  return data[step * vocabularySize + id]! - data[step * vocabularySize + other]!
}

/** The id of what a target says at a step: a token, or `<eos>` after its last. */
export function idAt(ids: Int32Array, step: number): number {
  return ids[step] ?? EOS_ID
}
