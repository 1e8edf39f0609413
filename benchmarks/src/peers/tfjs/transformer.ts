import * as tf from '@tensorflow/tfjs-core'
import type { TransformerSizes } from '../../workloads/transformer-sizes.ts'
import { embed, layerNorm, linear, product } from './ops.ts'
import type { Weights } from './weights.ts'

type T = tf.Tensor

/** Keys transposed [B, H, d, S] and values [B, H, S, d], as the products of attention want them. */
export interface Memory {
  readonly keys: T
  readonly values: T
}

/** A Transformer as its paper has it (post-norm, sinusoidal positions); states are rows [B · time, D]. */
export class Transformer {
  private readonly weights: Weights
  private readonly shape: TransformerSizes
  private readonly positions: T

  constructor(weights: Weights, shape: TransformerSizes) {
    this.weights = weights
    this.shape = shape
    this.positions = sinusoids(128, shape.width)
  }

  /** ids [B · S] → states [B · S, D]. */
  encode(ids: tf.Tensor1D, batch: number): T {
    let x = this.input('encoder', ids, batch, 0)
    for (let i = 0; i < this.shape.layers; i++) {
      const name = `encoder.layers.${i}`
      x = this.residual(
        `${name}.norm1`,
        x,
        this.attend(`${name}.self_attn`, x, this.memory(`${name}.self_attn`, x, batch)),
      )
      x = this.residual(`${name}.norm2`, x, this.feedForward(name, x))
    }
    return x
  }

  /** What each layer of the decoder sees of the encoder. */
  sources(encoded: T, batch: number): Memory[] {
    return Array.from({ length: this.shape.layers }, (_, i) =>
      this.memory(`decoder.layers.${i}.multihead_attn`, encoded, batch),
    )
  }

  /**
   * Target ids [B · T] from position `at` on → logits [B · T, V]. `own` tells what layer i looks at in its
   * self-attention, given the keys and values of these positions.
   */
  decode(
    ids: tf.Tensor1D,
    batch: number,
    at: number,
    sources: readonly Memory[],
    own: (now: Memory, layer: number) => Memory,
    mask?: T,
  ): T {
    let x = this.input('decoder', ids, batch, at)
    sources.forEach((source, i) => {
      const name = `decoder.layers.${i}`
      const seen = own(this.memory(`${name}.self_attn`, x, batch), i)
      x = this.residual(`${name}.norm1`, x, this.attend(`${name}.self_attn`, x, seen, mask))
      x = this.residual(`${name}.norm2`, x, this.attend(`${name}.multihead_attn`, x, source))
      x = this.residual(`${name}.norm3`, x, this.feedForward(name, x))
    })
    return this.apply('decoder.output', x)
  }

  private input(side: string, ids: tf.Tensor1D, batch: number, at: number): T {
    const D = this.shape.width
    const rows = tf.mul(embed(this.weights.get(`${side}.embedding.weight`), ids), Math.sqrt(D))
    const length = ids.size / batch
    const placed = tf.add(
      tf.reshape(rows, [batch, length, D]),
      tf.slice(this.positions, [at, 0], [length, D]),
    )
    return tf.reshape(placed, [ids.size, D])
  }

  private apply(name: string, x: T): T {
    return linear(x, this.weights.get(`${name}.weight`), this.weights.get(`${name}.bias`))
  }

  private residual(name: string, x: T, made: T): T {
    return layerNorm(tf.add(x, made), this.weights.get(`${name}.weight`), this.weights.get(`${name}.bias`))
  }

  private feedForward(name: string, x: T): T {
    const hidden = this.apply(`${name}.linear1`, x)
    const bent = this.shape.activation === 'relu' ? tf.relu(hidden) : tf.mul(hidden, tf.sigmoid(hidden))
    return this.apply(`${name}.linear2`, bent)
  }

  private memory(name: string, x: T, batch: number): Memory {
    const { width, heads: H } = this.shape
    const heads = (side: string) => tf.reshape(this.apply(`${name}.${side}`, x), [batch, -1, H, width / H])
    return {
      keys: tf.transpose(heads('k_proj'), [0, 2, 3, 1]),
      values: tf.transpose(heads('v_proj'), [0, 2, 1, 3]),
    }
  }

  private attend(name: string, x: T, { keys, values }: Memory, mask?: T): T {
    const { width: D, heads: H } = this.shape
    const batch = keys.shape[0]!
    const queries = tf.transpose(
      tf.reshape(tf.mul(this.apply(`${name}.q_proj`, x), Math.sqrt(H / D)), [batch, -1, H, D / H]),
      [0, 2, 1, 3],
    )
    const scores = product(queries, keys)
    const context = product(tf.softmax(mask ? tf.add(scores, mask) : scores), values)
    return this.apply(`${name}.out_proj`, tf.reshape(tf.transpose(context, [0, 2, 1, 3]), x.shape))
  }
}

/** Sine and cosine alternate: Vaswani et al. 2017, section 3.5. */
function sinusoids(length: number, D: number): T {
  return tf.tidy(() => {
    const frequencies = Array.from({ length: D / 2 }, (_, i) => 10000 ** ((-2 * i) / D))
    const angles = tf.mul(tf.expandDims(tf.range(0, length), 1), tf.tensor1d(frequencies))
    return tf.reshape(tf.stack([tf.sin(angles), tf.cos(angles)], 2), [length, D])
  })
}
