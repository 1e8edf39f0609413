import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { SOS_ID } from '../../workloads/special-ids.ts'
import type { TransformerSizes } from '../../workloads/transformer-sizes.ts'
import { openGraph, type Runtime, type Values } from './runtime.ts'

/** Opens the graphs of a folder → ids of sources, row after row → ids that are written, row after row. */
export async function openGreedy(
  runtime: Runtime,
  shape: TransformerSizes,
  folder: string,
): Promise<(source: Int32Array, steps: number) => Promise<number[]>> {
  const encoder = await openGraph(runtime, folder, 'encoder')
  const decoder = await openGraph(runtime, folder, 'decoder')
  return async (source, steps) => {
    const batch = source.length / decodingSizes.source
    const memory = await encoder.run({ source: runtime.int64(source, [batch, decodingSizes.source]) })
    let caches = emptyCaches(runtime, shape, batch)
    let ids: Values[string] = runtime.int64(new Int32Array(batch).fill(SOS_ID), [batch, 1])
    const written: BigInt64Array[] = []
    for (let at = 0; at < steps; at++) {
      const position = runtime.int64(Int32Array.of(at), [1])
      const { 'next.ids': next, ...after } = await decoder.run({ ids, position, ...memory, ...caches })
      ids = next!
      written.push(next!.data as BigInt64Array)
      caches = Object.fromEntries(Object.entries(after).map(([name, x]) => [name.replace('next.', ''), x]))
    }
    return Array.from({ length: batch * steps }, (_, i) => Number(written[i % steps]![Math.floor(i / steps)]))
  }
}

function emptyCaches(runtime: Runtime, { layers, heads, width }: TransformerSizes, batch: number): Values {
  const features = width / heads
  const caches: Values = {}
  for (let i = 0; i < layers; i++) {
    caches[`own.keys.${i}`] = runtime.float(new Float32Array(0), [batch, heads, features, 0])
    caches[`own.values.${i}`] = runtime.float(new Float32Array(0), [batch, heads, 0, features])
  }
  return caches
}
