import * as tf from '@tensorflow/tfjs-core'
import { decodingSourceIds } from '../../workloads/decoding.ts'
import { decodingSizes } from '../../workloads/decoding-sizes.ts'
import { type DecodingGroup, decodingBatch, groups } from '../../workloads/names.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import { decodingWeights } from '../by-hand.ts'
import type { Entrant, Task } from '../entrant.ts'
import { forbidden } from '../forbidden.ts'
import { greedy } from './greedy.ts'
import { Transformer } from './transformer.ts'
import { Weights } from './weights.ts'

/** Greedy decoding written for TensorFlow.js by hand: caches grow by concat, tokens stay on the device. */
export function decodeByHand(group: DecodingGroup): Entrant {
  const shape = transformers[group]
  const model = new Transformer(new Weights(decodingWeights(group)), shape)
  const penalty = tf.tensor1d(forbidden(shape.vocabulary))
  const taskOf = (batch: number): Task => {
    const source = tf.tensor1d(decodingSourceIds(group, batch), 'int32')
    return async () => {
      const ids = tf.tidy(() => greedy(model, source, batch, penalty, decodingSizes.steps))
      const data = await ids.data()
      ids.dispose()
      return [...data]
    }
  }
  return {
    facts: { version: tf.version_core },
    tasks: Object.fromEntries(groups[group].map((workload) => [workload, taskOf(decodingBatch(workload)!)])),
  }
}
