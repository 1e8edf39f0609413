import { nn, numpy as np } from '@jax-js/jax'
import { type A, floats, type Parameters } from './engine.ts'

/** A weight, to be used once. */
export function weight(p: Parameters, name: string): A {
  const found = p[name]
  if (!found) throw new Error(`there is no weight '${name}'`)
  return found.ref
}

/** x W + b of rows. */
export function linear(p: Parameters, name: string, x: A): A {
  return np.matmul(x, weight(p, `${name}.weight`)).add(weight(p, `${name}.bias`))
}

/**
 * Rows of a table for ids [N], times a factor [1]. The product is needed even where it is 1: the gradient of `take`
 * alone, a scatter, does not compile under `jit`, and a number would be folded away.
 */
export function embed(table: A, ids: A, factor: A): A {
  return np.take(table, ids, 0).mul(factor)
}

/** Layer normalization of rows. */
export function layerNorm(p: Parameters, name: string, x: A): A {
  const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }))
  const variance = np.mean(np.square(centered.ref), -1, { keepdims: true })
  return centered
    .mul(np.reciprocal(np.sqrt(variance.add(1e-5))))
    .mul(weight(p, `${name}.weight`))
    .add(weight(p, `${name}.bias`))
}

/** Mean cross-entropy, in nats, of logits [N, V] for labels [N]. */
export function crossEntropy(logits: A, labels: A): A {
  const [rows, classes] = logits.shape as [number, number]
  const likelihood = nn.logSoftmax(logits).mul(nn.oneHot(labels, classes))
  return np.sum(likelihood).mul(-1 / rows)
}

/** Sine and cosine alternate: Vaswani et al. 2017, section 3.5. [length, width] */
export function sinusoids(length: number, width: number): A {
  const data = Float32Array.from({ length: length * width }, (_, i) => {
    const column = i % width
    const angle = Math.floor(i / width) * 10000 ** (-(column - (column % 2)) / width)
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })
  return floats(data, [length, width])
}

/** [length, length]: what is behind a position gets weight 0. */
export function causalMask(length: number): A {
  const data = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e9 : 0,
  )
  return floats(data, [length, length])
}
