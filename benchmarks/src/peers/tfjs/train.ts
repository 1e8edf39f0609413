// The package for Node leaves the gradients out; this file is bundled.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
import * as tf from '@tensorflow/tfjs-core'
import type { TrainingWorkload } from '../../workloads/names.ts'
import { randomBatch, sizes } from '../../workloads/training.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import { timeFirst, trainingWeights } from '../by-hand.ts'
import type { Entrant } from '../entrant.ts'
import { crossEntropy, embed, linear, product, swap } from './ops.ts'
import { gru, lstm, type Sequence } from './recurrent.ts'
import { Transformer } from './transformer.ts'
import { Weights } from './weights.ts'

type T = tf.Tensor

const { batch: B, source: S, target: N, width: D, layers } = sizes

/** Logits and labels, row by row, of one batch. */
interface Batch {
  readonly source: tf.Tensor1D
  readonly target: tf.Tensor1D
  readonly labels: tf.Tensor1D
}

/** Trains a model written for TensorFlow.js by hand. */
export function trainByHand(workload: TrainingWorkload): Entrant {
  const weights = new Weights(trainingWeights(workload))
  const isTransformer = workload === 'TT'
  const batch = isTransformer ? readBatch((ids) => ids) : readBatch(timeFirst)
  const logits = isTransformer ? transformerLogits(weights) : recurrentLogits(weights, workload === 'TR')
  const optimizer = tf.train.adam(1e-4)
  return {
    facts: { version: tf.version_core },
    tasks: {
      async [workload]() {
        const loss = optimizer.minimize(() => crossEntropy(logits(batch), batch.labels), true)!
        const [value] = await loss.data()
        loss.dispose()
        return [value!]
      },
    },
  }
}

function readBatch(order: (ids: Int32Array) => Int32Array): Batch {
  const { source, targetInput, targetOutput } = randomBatch()
  const ids = (array: { data: unknown }) => tf.tensor1d(order(array.data as Int32Array), 'int32')
  return { source: ids(source!), target: ids(targetInput!), labels: ids(targetOutput!) }
}

function transformerLogits(weights: Weights): (batch: Batch) => T {
  const model = new Transformer(weights, transformers.DS)
  const mask = tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([N, N]), -1, 0)), -1e9))
  return ({ source, target }) => {
    const sources = model.sources(model.encode(source, B), B)
    return model.decode(target, B, 0, sources, (now) => now, mask)
  }
}

/** Rows of time-first ids [T · B] through the recurrent layers of both sides; Luong's attention where asked for. */
function recurrentLogits(weights: Weights, isLstm: boolean): (batch: Batch) => T {
  const weight = (name: string): T => weights.get(name)
  const none = tf.zeros([B, D])
  const layer = (name: string, x: T, start: readonly T[]): Sequence => {
    const [suffix, stack] = [name.slice(-3), name.slice(0, -3)]
    const [ih, hh, bIh, bHh] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((part) =>
      weight(`${stack}${part}${suffix}`),
    ) as [T, T, T, T]
    const made = linear(x, ih, isLstm ? tf.add(bIh, bHh) : bIh)
    const projection = tf.reshape(made, [x.shape[0]! / B, B, -1])
    return isLstm ? lstm(projection, hh, start) : gru(projection, hh, bHh, start[0]!)
  }
  const side = (name: string, ids: tf.Tensor1D, starts: readonly (readonly T[])[]) => {
    let x = embed(weight(`${name}.embedding.weight`), ids)
    const finals = starts.map((start, i) => {
      const { states, final } = layer(`${name}.rnn._l${i}`, x, start)
      x = tf.reshape(states, [-1, D])
      return final
    })
    return { x, finals }
  }
  const zeros = Array.from({ length: layers }, () => [none, none])
  return ({ source, target }) => {
    const encoded = side('encoder', source, zeros)
    const { x } = side('decoder', target, encoded.finals)
    const features = isLstm ? attended(weight, encoded.x, x) : x
    return linear(features, weight('decoder.output.weight'), weight('decoder.output.bias'))
  }
}

/** Luong et al. 2015: scores q · (W k), then tanh(W_c [context; state]); rows time first in and out. */
function attended(weight: (name: string) => T, memory: T, states: T): T {
  const batchFirst = (x: T, length: number) => tf.transpose(tf.reshape(x, [length, B, D]), [1, 0, 2])
  const values = batchFirst(memory, S)
  const keys = batchFirst(product(memory, weight('decoder.attention.weight')), S)
  const queries = batchFirst(states, N)
  const context = product(tf.softmax(product(queries, swap(keys))), values)
  const rows = tf.reshape(tf.transpose(context, [1, 0, 2]), [-1, D])
  return tf.tanh(product(tf.concat([rows, states], 1), weight('decoder.combine.weight')))
}
