import * as tf from '@tensorflow/tfjs-core'
import { SOS_ID } from '../../workloads/special-ids.ts'
import type { Memory, Transformer } from './transformer.ts'

/** Sources [B · S] → ids [B, steps], the best at each step. */
export function greedy(
  model: Transformer,
  source: tf.Tensor1D,
  batch: number,
  penalty: tf.Tensor1D,
  steps: number,
): tf.Tensor {
  const sources = model.sources(model.encode(source, batch), batch)
  const caches: Memory[] = []
  let ids = tf.fill([batch], SOS_ID, 'int32') as tf.Tensor1D
  const written: tf.Tensor1D[] = []
  for (let at = 0; at < steps; at++) {
    const logits = model.decode(ids, batch, at, sources, (now, layer) => {
      const before = caches[layer]
      caches[layer] = before
        ? {
            keys: tf.concat([before.keys, now.keys], 3),
            values: tf.concat([before.values, now.values], 2),
          }
        : now
      return caches[layer]
    })
    ids = tf.argMax(tf.add(logits, penalty), 1) as tf.Tensor1D
    written.push(ids)
  }
  return tf.stack(written, 1)
}
