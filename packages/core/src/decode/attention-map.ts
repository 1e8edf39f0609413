import type { Prefix } from './prefix.ts'
import type { LayerWeights } from './search.ts'

/** Where one layer looked while a target was written. */
export interface AttentionMap {
  /** [heads, targets, keys]: of each head a row for each target token; a row sums to 1. */
  readonly data: Float32Array
  readonly heads: number
  /** Target tokens, as many as there are `logProbabilities`. */
  readonly targets: number
  /** Source tokens with `<eos>`; of self-attention the target tokens read so far, `<sos>` first, 0 after them. */
  readonly keys: number
}

/** The weights of steps in a row, by the names of the layers. */
export function layersOf(steps: readonly Prefix[]): Record<string, AttentionMap> {
  const names = Object.keys(steps[0]?.attention?.layers ?? {})
  return Object.fromEntries(names.map((name) => [name, mapOf(steps.map((step) => layerOf(step, name)))]))
}

function layerOf({ attention }: Prefix, name: string): LayerWeights {
  return attention!.layers![name]!
}

function mapOf(rows: readonly LayerWeights[]): AttentionMap {
  const { heads } = rows[0]!
  const keys = Math.max(...rows.map(({ data }) => data.length / heads))
  const data = new Float32Array(heads * rows.length * keys)
  rows.forEach((row, t) => {
    const width = row.data.length / heads
    for (let head = 0; head < heads; head++) {
      const own = row.data.subarray(head * width, (head + 1) * width)
      data.set(own, (head * rows.length + t) * keys)
    }
  })
  return { data, heads, targets: rows.length, keys }
}
