import { SOS_ID } from '@dragoman/core'
import * as tf from '@tensorflow/tfjs-core'
import { decodingSourceIds, initialWeights, trainingModels, transformerSizes } from '../../workloads.ts'
import { forbidden } from '../by-hand.ts'
import type { Entrant } from '../entrant.ts'
import { type Memory, Transformer } from './transformer.ts'
import { Weights } from './weights.ts'

/** Greedy decoding written for TensorFlow.js by hand: caches grow by concat, tokens stay on the device. */
export function decodeByHand(batch: number): Entrant {
  const model = new Transformer(new Weights(initialWeights(trainingModels.TT())))
  const source = tf.tensor1d(decodingSourceIds(batch), 'int32')
  const penalty = tf.tensor1d(forbidden())
  const greedy = (): tf.Tensor => {
    const sources = model.sources(model.encode(source, batch), batch)
    const caches: Memory[] = []
    let ids = tf.fill([batch], SOS_ID, 'int32') as tf.Tensor1D
    const written: tf.Tensor1D[] = []
    for (let at = 0; at < transformerSizes.steps; at++) {
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
  return {
    facts: { version: tf.version_core },
    async run() {
      const ids = tf.tidy(greedy)
      const data = await ids.data()
      ids.dispose()
      return [...data]
    },
  }
}
