import type { HostArray } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { countOf, cutAxis, floats, takeRows } from '../array.ts'
import { lawTolerances } from './law.ts'
import { forwardGraph, lossGraph } from './model-graphs.ts'
import type { Law } from './model-law.ts'
import { expectGradients, forwardInputs } from './model-law.ts'
import type { Batch, ModelKind } from './random-model.ts'
import { entriesOf, randomBatch, randomModel, weightsOf } from './random-model.ts'

/** Row r of a batch as a batch of its own, without padding. */
function rowAlone(batch: Batch, kind: ModelKind, row: number): Batch {
  const only = (array: HostArray) => takeRows(array, [row])
  const source = cutAxis(only(batch.source), 1, entriesOf(kind, batch.lengths.data[row]!))
  const length = batch.targetLengths.data[row]!
  return {
    source,
    lengths: only(batch.lengths),
    ids: cutAxis(only(batch.ids), 1, length),
    targets: cutAxis(only(batch.targets), 1, length),
    targetLengths: only(batch.targetLengths),
  }
}

/** Which axes of an output of the forward graph stand for memory entries, and which for target tokens. */
function paddedAxes(name: string): readonly ('source' | 'target' | undefined)[] {
  if (name === 'memory') return [undefined, 'source']
  if (name === 'logits') return [undefined, 'target']
  if (name === 'weights') return [undefined, 'target', 'source']
  if (name.startsWith('attention.encoder.')) return [undefined, undefined, 'source', 'source']
  if (name.endsWith('.multihead_attn')) return [undefined, undefined, 'target', 'source']
  if (name.startsWith('attention.decoder.')) return [undefined, undefined, 'target', 'target']
  return []
}

function withoutPadding(
  name: string,
  array: HostArray,
  sizes: { source: number; target: number },
): HostArray {
  return paddedAxes(name).reduce((cut, what, axis) => (what ? cutAxis(cut, axis, sizes[what]) : cut), array)
}

/** Sums arrays of the same names and shapes. */
function sumOf(parts: readonly Arrays[]): Record<string, HostArray> {
  const [first] = parts
  return Object.fromEntries(
    Object.entries(first!).map(([name, { shape }]) => {
      const total = new Float64Array(countOf(shape))
      for (const part of parts) {
        part[name]!.data.forEach((x, i) => {
          total[i] = total[i]! + x
        })
      }
      return [name, floats(shape, total)]
    }),
  )
}

/** A row in a padded batch = the row alone: memory, states, logits, weights; and every gradient. */
export const padding: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw, kind)
  const forward = forwardGraph(model)
  const together = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const loss = lossGraph(model)
  const losses = await context.run(loss, { ...batch, ...weights })
  const alone: Arrays[] = []
  for (let row = 0; row < batch.lengths.data.length; row++) {
    const single = rowAlone(batch, kind, row)
    const sizes = { source: single.source.shape[1]!, target: single.ids.shape[1]! }
    const cut = Object.entries(together).map(([name, array]) => [
      name,
      withoutPadding(name, takeRows(array, [row]), sizes),
    ])
    const got = await context.run(forward, { ...forwardInputs(single), ...weights })
    context.expectClose(Object.fromEntries(cut), got, lawTolerances)
    alone.push(await context.run(loss, { ...single, ...weights }))
  }
  expectGradients(context, losses, sumOf(alone))
}
