import * as tf from '@tensorflow/tfjs-core'

type T = tf.Tensor

/**
 * A function with a gradient by hand: `backward` takes the gradient of the value and what `forward` kept,
 * and gives the gradient of each input.
 */
export function withGradient(
  inputs: readonly T[],
  forward: (...inputs: T[]) => { value: T; kept: T[] },
  backward: (dy: T, ...kept: T[]) => T[],
): T {
  const run = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc
    const { value, kept } = forward(...(given as T[]))
    save(kept)
    return { value, gradFunc: (dy: T, saved: T[]) => backward(dy, ...saved) }
  })
  return run(...inputs)
}

/** The last two axes swapped. */
export function swap(x: T): T {
  const axes = x.shape.map((_, axis) => axis)
  const [row, column] = axes.splice(-2)
  return tf.transpose(x, [...axes, column!, row!])
}

/**
 * a b. TensorFlow.js's own gradients multiply with transposed operands, which its wasm backend does in a plain
 * loop; XNNPACK gets only products of operands as they lie.
 */
export function product(a: T, b: T): T {
  return withGradient(
    [a, b],
    (x, y) => ({ value: tf.matMul(x, y), kept: [x, y] }),
    (dy, x, y) => [tf.matMul(dy, swap(y!)), tf.matMul(swap(x!), dy)],
  )
}

/** x W + b of rows [N, inputs], in the same way; W is [inputs, outputs]. */
export function linear(x: T, weight: T, bias: T): T {
  return withGradient(
    [x, weight, bias],
    (a, b, c) => ({
      value: tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: c }),
      kept: [a, b],
    }),
    (dy, a, b) => [tf.matMul(dy, swap(b!)), tf.matMul(swap(a!), dy), sumRows(dy)],
  )
}

/** The sum over axis 0 of rows [N, D]: a product with ones takes a fiftieth of the time of the sum. */
export function sumRows(x: T): T {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]!]), x as tf.Tensor2D), [x.shape[1]!])
}

/**
 * Rows of a table [V, D] for ids [N]. The gradient of gather needs a sum of segments, which the wasm backend does
 * not have; scatterND adds where an id stands twice. And gather itself is far slower there than gatherND.
 */
export function embed(table: T, ids: tf.Tensor1D): T {
  return withGradient(
    [table],
    (rows) => ({ value: tf.gatherND(rows, tf.expandDims(ids, 1)), kept: [] }),
    (dy) => [tf.scatterND(tf.expandDims(ids, 1), dy, table.shape)],
  )
}

const epsilon = 1e-5

/** Layer normalization of rows [N, D]. */
export function layerNorm(x: T, weight: T, bias: T): T {
  return withGradient(
    [x, weight, bias],
    (input, scale, shift) => {
      const centered = tf.sub(input, tf.mean(input, -1, true))
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon))
      const normal = tf.mul(centered, inverse)
      return { value: tf.add(tf.mul(normal, scale), shift), kept: [normal, inverse, scale] }
    },
    (dy, normal, inverse, scale) => {
      const along = tf.mul(dy, normal!)
      const inner = tf.mul(dy, scale!)
      const mean = tf.mean(inner, -1, true)
      const slope = tf.mean(tf.mul(inner, normal!), -1, true)
      const dx = tf.mul(tf.sub(tf.sub(inner, mean), tf.mul(normal!, slope)), inverse!)
      return [dx, sumRows(along), sumRows(dy)]
    },
  )
}

/** Mean cross-entropy, in nats, of logits [N, V] for labels [N]. */
export function crossEntropy(logits: T, labels: tf.Tensor1D): tf.Scalar {
  const [rows, classes] = logits.shape as [number, number]
  const loss = withGradient(
    [logits],
    (scores) => {
      const probabilities = tf.softmax(scores)
      const places = tf.stack([tf.range(0, rows, 1, 'int32'), labels], 1)
      const value = tf.neg(tf.mean(tf.log(tf.gatherND(probabilities, places))))
      return { value, kept: [probabilities] }
    },
    (dy, probabilities) => {
      const target = tf.oneHot(labels, classes)
      return [tf.mul(tf.sub(probabilities!, target), tf.div(dy, rows))]
    },
  )
  return loss as tf.Scalar
}
