import type { HostArray } from '../backend/contract.ts'
import type { Pair } from '../data/index.ts'
import { collate } from '../data/index.ts'
import { expectReadable } from '../models/limits.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { EOS_ID, SOS_ID } from '../text/index.ts'
import { programsOf } from './decoder-programs.ts'
import { readAll } from './encode.ts'
import { readSources } from './source-batches.ts'

/** What a model computes on its way from a source to a target. */
export interface Inspection {
  /** S tokens, `<eos>` last. */
  readonly sourceTokens: readonly string[]
  /** T tokens that the decoder reads, `<sos>` first; row t of the decoder's values belongs to token t. */
  readonly targetTokens: readonly string[]
  /**
   * Values by where they are in the model, without the axis of the batch. A Transformer has, for each stack
   * and layer (`encoder.layers.0.self_attn.query` …): `embedding` and, with positions added, `placed` [S, D];
   * of each attention `query`, `key`, `value` [H, S, d], `weights` [H, T, S], `context` [H, T, d] and
   * `output`; `added` and `normalized` around each sub-layer; `feed_forward.units`; `states`, `logits` [T, V].
   * An RNN has `embedding`, `states`, `context`, `weights` [T, S], `features` and `logits`; a decoder that is fed
   * its own context has `features`, `weights` and `logits` alone.
   */
  readonly values: ReadonlyMap<string, HostArray>
}

/**
 * Runs a model over a pair, the true target tokens being given, and tells everything on the way: to see what an
 * encoder–decoder does.
 *
 * @throws OptionError for a source that is longer than the model reads, and for a model that reads frames;
 *   DataError for a target that is longer.
 */
export async function inspect(seq2seq: Seq2Seq, { source, target }: Pair): Promise<Inspection> {
  const { tokenizers, model } = seq2seq
  const [read] = readSources(source, seq2seq)
  const example = { source: read!.ids, target: tokenizers.target.encode(target), index: 0 }
  expectReadable(model, [example])
  const batch = collate([example])
  const program = await programsOf(seq2seq).inspect()
  const outputs = await program.run({
    source: { kind: 'int', shape: [1, batch.maxSourceLength], data: batch.source },
    sourceLengths: { kind: 'int', shape: [1], data: batch.sourceLengths },
    targetInput: { kind: 'int', shape: [1, batch.maxTargetLength], data: batch.targetInput },
  })
  const shapes = Object.entries(outputs).map(([name, { kind, shape }]) => ({ name, kind, shape }))
  const data = await readAll(outputs)
  const values = new Map(
    shapes.map(({ name, kind, shape }) => [name, { kind, shape: shape.slice(1), data: data[name]! }]),
  )
  const { vocabulary } = tokenizers.target
  const written = [...example.target].filter((id) => id !== EOS_ID)
  return {
    sourceTokens: read!.tokens,
    targetTokens: [SOS_ID, ...written].map((id) => vocabulary.tokenOf(id)),
    values,
  }
}
