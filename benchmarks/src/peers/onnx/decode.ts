import { SOS_ID } from '@dragoman/core'
import { round } from '../../measure.ts'
import { decodingSourceIds, sizes, transformerSizes } from '../../workloads.ts'
import type { Entrant } from '../entrant.ts'
import { type OnnxEngine, type Runtime, readGraph, startRuntime, type Values } from './runtime.ts'

/** Greedy decoding with two graphs written by hand: caches come out of a step and go into the next. */
export async function decodeByHand(engine: OnnxEngine, batch: number, folder: string): Promise<Entrant> {
  const runtime = await startRuntime(engine)
  const graphs = await Promise.all(['encoder', 'decoder'].map((name) => readGraph(folder, name)))
  const begin = performance.now()
  const encoder = await runtime.open(graphs[0]!)
  const decoder = await runtime.open(graphs[1]!)
  const openMs = round(performance.now() - begin)
  const source = runtime.int64(decodingSourceIds(batch), [batch, sizes.source])
  return {
    facts: { openMs },
    async run() {
      const memory = await encoder.run({ source })
      let caches = emptyCaches(runtime, batch)
      let ids: Values[string] = runtime.int64(new Int32Array(batch).fill(SOS_ID), [batch, 1])
      const written: BigInt64Array[] = []
      for (let at = 0; at < transformerSizes.steps; at++) {
        const position = runtime.int64(Int32Array.of(at), [1])
        const { 'next.ids': next, ...after } = await decoder.run({ ids, position, ...memory, ...caches })
        ids = next!
        written.push(next!.data as BigInt64Array)
        caches = Object.fromEntries(Object.entries(after).map(([name, x]) => [name.replace('next.', ''), x]))
      }
      return Array.from({ length: batch * written.length }, (_, i) =>
        Number(written[i % written.length]![Math.floor(i / written.length)]),
      )
    },
  }
}

function emptyCaches(runtime: Runtime, batch: number): Values {
  const { layers, heads } = transformerSizes
  const features = sizes.width / heads
  const caches: Values = {}
  for (let i = 0; i < layers; i++) {
    caches[`own.keys.${i}`] = runtime.float(new Float32Array(0), [batch, heads, features, 0])
    caches[`own.values.${i}`] = runtime.float(new Float32Array(0), [batch, heads, 0, features])
  }
  return caches
}
