import * as tf from '@tensorflow/tfjs-core'
import { sumRows, swap, withGradient } from './ops.ts'

type T = tf.Tensor

/** States after each step [T, B, H] and the state after the last. */
export interface Sequence {
  readonly states: T
  readonly final: readonly T[]
}

/**
 * An LSTM layer over its input projection [T, B, 4H] (both biases in it), with back-propagation through time by
 * hand: what does not depend on later steps is computed for all steps at once, the gradient of the recurrent
 * weight [H, 4H] too.
 */
export function lstm(projection: T, weight: T, [h0, c0]: readonly T[]): Sequence {
  const steps = projection.shape[0]!
  // One tensor comes out: the states, and behind them the last cell.
  const all = withGradient(
    [projection, weight, h0!, c0!],
    (xs, w, first, firstCell) => {
      const hidden = [first!]
      const cells = [firstCell!]
      const [is, fs, gs, os, squashed]: T[][] = [[], [], [], [], []]
      for (let t = 0; t < steps; t++) {
        const sum = tf.add(stepOf(xs!, t), tf.matMul(hidden[t]!, w!))
        const [i, f, g, o] = tf.split(sum, 4, 1) as [T, T, T, T]
        is!.push(tf.sigmoid(i))
        fs!.push(tf.sigmoid(f))
        gs!.push(tf.tanh(g))
        os!.push(tf.sigmoid(o))
        cells.push(tf.add(tf.mul(fs![t]!, cells[t]!), tf.mul(is![t]!, gs![t]!)))
        squashed!.push(tf.tanh(cells[t + 1]!))
        hidden.push(tf.mul(os![t]!, squashed![t]!))
      }
      const streams = [is!, fs!, gs!, os!, squashed!, hidden.slice(0, -1), cells.slice(0, -1)]
      return {
        value: tf.stack([...hidden.slice(1), cells[steps]!]),
        kept: [w!, ...streams.map((parts) => tf.stack(parts))],
      }
    },
    (dy, w, i, f, g, o, squashed, before, cellBefore) => {
      const ofCell = tf.concat(
        [
          tf.mul(g!, slopeOfSigmoid(i!)),
          tf.mul(cellBefore!, slopeOfSigmoid(f!)),
          tf.mul(i!, slopeOfTanh(g!)),
        ],
        2,
      )
      const ofOutput = tf.mul(squashed!, slopeOfSigmoid(o!))
      const through = tf.mul(o!, slopeOfTanh(squashed!))
      const across = swap(w!)
      let dh = tf.zerosLike(h0!)
      let dc = stepOf(dy, steps)
      const dSums: T[] = new Array(steps)
      for (let t = steps - 1; t >= 0; t--) {
        const total = tf.add(stepOf(dy, t), dh)
        const dCell = tf.add(dc, tf.mul(total, stepOf(through, t)))
        const three = tf.concat([dCell, dCell, dCell], 1)
        dSums[t] = tf.concat([tf.mul(three, stepOf(ofCell, t)), tf.mul(total, stepOf(ofOutput, t))], 1)
        dh = tf.matMul(dSums[t]!, across)
        dc = tf.mul(dCell, stepOf(f!, t))
      }
      const dProjection = tf.stack(dSums)
      return [dProjection, tf.matMul(swap(rows(before!)), rows(dProjection)), dh, dc]
    },
  )
  const states = tf.slice(all, [0, 0, 0], [steps, -1, -1])
  return { states, final: [lastOf(all, steps - 1), lastOf(all, steps)] }
}

/** A GRU layer in the same way, reset after the product: projection [T, B, 3H], weight [H, 3H], bias [3H]. */
export function gru(projection: T, weight: T, bias: T, h0: T): Sequence {
  const steps = projection.shape[0]!
  const states = withGradient(
    [projection, weight, bias, h0],
    (xs, w, b, first) => {
      const hidden = [first!]
      const [rs, zs, ns, inners]: T[][] = [[], [], [], []]
      const width = first!.shape[1]!
      const [gates, candidates] = tf.split(xs!, [2 * width, width], 2) as [T, T]
      for (let t = 0; t < steps; t++) {
        const before = hidden[t]!
        const made = tf.fused.matMul({ a: before as tf.Tensor2D, b: w as tf.Tensor2D, bias: b! })
        const [both, inner] = tf.split(made, [2 * width, width], 1) as [T, T]
        const [r, z] = tf.split(tf.sigmoid(tf.add(stepOf(gates, t), both)), 2, 1) as [T, T]
        rs!.push(r)
        zs!.push(z)
        ns!.push(tf.tanh(tf.add(stepOf(candidates, t), tf.mul(r, inner))))
        inners!.push(inner)
        hidden.push(tf.add(ns![t]!, tf.mul(zs![t]!, tf.sub(before, ns![t]!))))
      }
      const streams = [rs!, zs!, ns!, inners!, hidden.slice(0, -1)]
      return {
        value: tf.stack(hidden.slice(1)),
        kept: [w!, ...streams.map((parts) => tf.stack(parts))],
      }
    },
    (dy, w, r, z, n, inner, before) => {
      const ofNew = tf.mul(tf.sub(1, z!), slopeOfTanh(n!))
      const ofUpdate = tf.mul(tf.sub(before!, n!), slopeOfSigmoid(z!))
      const ofReset = tf.mul(tf.mul(ofNew, inner!), slopeOfSigmoid(r!))
      const factors = tf.concat([ofReset, ofUpdate, tf.mul(ofNew, r!)], 2)
      const across = swap(w!)
      let dh = tf.zerosLike(h0)
      const totals: T[] = new Array(steps)
      const dProducts: T[] = new Array(steps)
      for (let t = steps - 1; t >= 0; t--) {
        const total = tf.add(stepOf(dy, t), dh)
        totals[t] = total
        dProducts[t] = tf.mul(tf.concat([total, total, total], 1), stepOf(factors, t))
        dh = tf.add(tf.matMul(dProducts[t]!, across), tf.mul(total, stepOf(z!, t)))
      }
      const dProduct = tf.stack(dProducts)
      const [dReset, dUpdate] = tf.split(dProduct, 3, 2)
      const dProjection = tf.concat([dReset!, dUpdate!, tf.mul(tf.stack(totals), ofNew)], 2)
      return [dProjection, tf.matMul(swap(rows(before!)), rows(dProduct)), sumRows(rows(dProduct)), dh]
    },
  )
  return { states, final: [lastOf(states, steps - 1)] }
}

/** Entry t of axis 0: gatherND takes a tenth of the time of a slice. */
function stepOf(x: T, t: number): T {
  return tf.reshape(tf.gatherND(x, tf.tensor2d([[t]], [1, 1], 'int32')), x.shape.slice(1))
}

/** The same with a gradient. */
function lastOf(x: T, t: number): T {
  return tf.squeeze(tf.slice(x, [t, 0, 0], [1, -1, -1]), [0])
}

/** [T, B, K] → [T · B, K]. */
function rows(x: T): T {
  return tf.reshape(x, [-1, x.shape[2]!])
}

function slopeOfSigmoid(y: T): T {
  return tf.mul(y, tf.sub(1, y))
}

function slopeOfTanh(y: T): T {
  return tf.sub(1, tf.square(y))
}
