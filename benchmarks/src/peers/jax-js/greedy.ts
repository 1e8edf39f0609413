import { jit, nn, numpy as np, tree } from '@jax-js/jax'
import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { SOS_ID } from '../../workloads/special-ids.ts'
import type { TransformerSizes } from '../../workloads/transformer-sizes.ts'
import { forbidden } from '../forbidden.ts'
import { type A, floats, integers, type Parameters } from './engine.ts'
import { sinusoids } from './layers.ts'
import { type Memory, Transformer } from './transformer.ts'

/**
 * Two compiled functions, for the source and for a step. One is compiled for each shape, so caches have the length of
 * the whole target, and a mask hides what is not written yet.
 */
export function greedyOf(
  shape: TransformerSizes,
  p: Parameters,
  batch: number,
): (source: Int32Array, steps: number) => Promise<number[]> {
  const model = new Transformer(shape)
  const { source: length, steps: capacity } = decodingSizes
  const [sourcePositions, positions] = [sinusoids(length, shape.width), sinusoids(capacity, shape.width)]
  const penalty = floats(forbidden(shape.vocabulary), [shape.vocabulary])
  const start = jit((weights: Parameters, ids: A): Memory[] => {
    const states = model.encode(weights, ids, batch, sourcePositions.ref)
    const sources = model.sources(weights, states, batch)
    tree.dispose(weights)
    return sources
  })
  const step = jit((weights: Parameters, ids: A, at: A, past: Memory[], sources: Memory[]): [A, Memory[]] => {
    const here = nn.oneHot(at.ref, capacity).reshape([1, 1, capacity, 1])
    const places = np.arange(capacity).astype(np.float32)
    const mask = np.where(np.greater(places, at.ref.astype(np.float32)), -1e9, 0)
    const next: Memory[] = []
    const own = (now: Memory, layer: number): Memory => {
      const written = now.map((each, i) =>
        past[layer]![i]!.mul(np.array(1).sub(here.ref)).add(each.mul(here.ref)),
      ) as Memory
      next.push([written[0].ref, written[1].ref])
      return written
    }
    const position = np.take(positions.ref, at, 0)
    const logits = model.decode(weights, ids, batch, position, sources, own, mask)
    here.dispose()
    tree.dispose(weights)
    return [np.argmax(logits.add(penalty.ref), -1), next]
  })
  return async (source, steps) => {
    const sources = start(tree.ref(p), integers(source))
    const empty = () => np.zeros([batch, shape.heads, capacity, shape.width / shape.heads])
    let past = Array.from({ length: shape.layers }, (): Memory => [empty(), empty()])
    let ids = integers(new Int32Array(batch).fill(SOS_ID))
    const written: A[] = []
    for (let at = 0; at < steps; at++) {
      const place = integers(Int32Array.of(at)).reshape([])
      ;[ids, past] = step(tree.ref(p), ids, place, past, tree.ref(sources)) as [A, Memory[]]
      written.push(ids.ref)
    }
    for (const each of [ids, ...past.flat(), ...sources.flat()]) each.dispose()
    const rows = await Promise.all(written.map((each) => each.data()))
    return Array.from({ length: batch * steps }, (_, i) => Number(rows[i % steps]![Math.floor(i / steps)]))
  }
}
