import { nn, numpy as np } from '@jax-js/jax'
import type { TransformerSizes } from '../../workloads/transformer-sizes.ts'
import type { A, Parameters } from './engine.ts'
import { embed, layerNorm, linear, weight } from './layers.ts'

/** Keys and values [B, H, time, d]. */
export type Memory = [keys: A, values: A]

/** A Transformer as its paper has it, post-norm; states are rows [B · time, D]. Functions of parameters, as jax-js wants them. */
export class Transformer {
  private readonly shape: TransformerSizes

  constructor(shape: TransformerSizes) {
    this.shape = shape
  }

  /** ids [B · S], positions [S, D] → states. */
  encode(p: Parameters, ids: A, batch: number, positions: A): A {
    let x = this.input(p, 'encoder', ids, batch, positions)
    for (let i = 0; i < this.shape.layers; i++) {
      const name = `encoder.layers.${i}`
      const memory = this.memory(p, `${name}.self_attn`, x.ref, batch)
      x = layerNorm(p, `${name}.norm1`, x.ref.add(this.attend(p, `${name}.self_attn`, x, memory)))
      x = layerNorm(p, `${name}.norm2`, x.ref.add(this.feedForward(p, name, x)))
    }
    return x
  }

  /** What each layer of the decoder sees of the encoder's states. */
  sources(p: Parameters, states: A, batch: number): Memory[] {
    const memories = Array.from({ length: this.shape.layers }, (_, i) =>
      this.memory(p, `decoder.layers.${i}.multihead_attn`, states.ref, batch),
    )
    states.dispose()
    return memories
  }

  /** Target ids [B · T] → logits [B · T, V]. `own` tells what layer i looks at in its self-attention, given what is new. */
  decode(
    p: Parameters,
    ids: A,
    batch: number,
    positions: A,
    sources: readonly Memory[],
    own: (now: Memory, layer: number) => Memory,
    mask: A,
  ): A {
    let x = this.input(p, 'decoder', ids, batch, positions)
    sources.forEach((source, i) => {
      const name = `decoder.layers.${i}`
      const seen = own(this.memory(p, `${name}.self_attn`, x.ref, batch), i)
      x = layerNorm(p, `${name}.norm1`, x.ref.add(this.attend(p, `${name}.self_attn`, x, seen, mask)))
      x = layerNorm(p, `${name}.norm2`, x.ref.add(this.attend(p, `${name}.multihead_attn`, x, source)))
      x = layerNorm(p, `${name}.norm3`, x.ref.add(this.feedForward(p, name, x)))
    })
    mask.dispose()
    return linear(p, 'decoder.output', x)
  }

  private input(p: Parameters, side: string, ids: A, batch: number, positions: A): A {
    const { width } = this.shape
    const rows = embed(weight(p, `${side}.embedding.weight`), ids, np.array([Math.sqrt(width)]))
    const count = rows.shape[0]!
    return rows.reshape([batch, -1, width]).add(positions).reshape([count, width])
  }

  private feedForward(p: Parameters, name: string, x: A): A {
    const hidden = linear(p, `${name}.linear1`, x)
    return linear(p, `${name}.linear2`, this.shape.activation === 'relu' ? nn.relu(hidden) : nn.silu(hidden))
  }

  private heads(x: A, batch: number): A {
    const { width, heads } = this.shape
    return x.reshape([batch, -1, heads, width / heads]).transpose([0, 2, 1, 3])
  }

  private memory(p: Parameters, name: string, x: A, batch: number): Memory {
    const keys = this.heads(linear(p, `${name}.k_proj`, x.ref), batch)
    return [keys, this.heads(linear(p, `${name}.v_proj`, x), batch)]
  }

  /** Consumes x; of the mask it takes a reference. */
  private attend(p: Parameters, name: string, x: A, [keys, values]: Memory, mask?: A): A {
    const { width, heads } = this.shape
    const queries = this.heads(linear(p, `${name}.q_proj`, x), keys.shape[0]!)
    const scores = np.matmul(queries, keys.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5)
    const weights = nn.softmax(mask ? scores.add(mask.ref) : scores)
    const seen = np.matmul(weights, values).transpose([0, 2, 1, 3]).reshape([-1, width])
    return linear(p, `${name}.out_proj`, seen)
  }
}
