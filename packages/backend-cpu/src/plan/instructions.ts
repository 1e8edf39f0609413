import {
  type AttentionArguments,
  type AttentionGradArguments,
  attentionArguments,
  attentionGradArguments,
} from './attention-arguments.ts'

/**
 * - `pointer`: byte offset in the memory; 0 means "none" where the instruction says optional.
 * - `scratch`: byte offset, 16-byte aligned, of working memory whose size `scratch.ts` tells. Nothing in it outlives
 *   the instruction, so all instructions of a plan may share one.
 * - `int`: i32, and `float`: f32 stored as its bits.
 */
export type ArgumentKind = 'pointer' | 'scratch' | 'int' | 'float'

export const instructions = {
  /** dst[…] = src[…] for every index; tail: dims[rank], dstStrides[rank], srcStrides[rank] in elements (may be ≤ 0). */
  copyStrided: { code: 1, args: { dst: 'pointer', src: 'pointer', rank: 'int' } },
  /** dst[0…n-1] = word, of any kind. */
  fill: { code: 2, args: { dst: 'pointer', n: 'int', word: 'int' } },
  /** dst[outer, i, inner] = i for i < n, as i32. */
  iota: { code: 3, args: { dst: 'pointer', outer: 'int', n: 'int', inner: 'int' } },
  /**
   * A fused chain over n elements. Operands are numbered: leaves first, then `registers` tile registers.
   * Tail: per leaf [mode, pointer, p, r] (see `leafModes`), then per op [code, target operand, a, b, c, output],
   * where output is a pointer to n elements that the result is also written to, or 0.
   */
  elementwise: {
    code: 4,
    args: { n: 'int', leaves: 'int', registers: 'int', ops: 'int', scratch: 'scratch' },
  },
  /**
   * dst[b] (+)= op(a[b]) · op(b[b]), m×k by k×n; row strides are of the stored matrices, in elements.
   * flags: see `matmulFlags`. Tail: dims[rank], dstStrides[rank], aStrides[rank], bStrides[rank] of the batch.
   */
  matmul: {
    code: 5,
    args: {
      dst: 'pointer',
      a: 'pointer',
      b: 'pointer',
      scratch: 'scratch',
      m: 'int',
      k: 'int',
      n: 'int',
      dstRow: 'int',
      aRow: 'int',
      bRow: 'int',
      flags: 'int',
      rank: 'int',
    },
  },
  /** dst[outer, inner] = reduction of src[outer, n, inner] over n; kind: see `reduceKinds`. */
  reduce: {
    code: 6,
    args: { dst: 'pointer', src: 'pointer', outer: 'int', n: 'int', inner: 'int', kind: 'int' },
  },
  /** dst[outer, inner] = index of the largest of src[outer, n, inner]; NaN is the largest, the first of equals wins. */
  argmax: { code: 7, args: { dst: 'pointer', src: 'pointer', outer: 'int', n: 'int', inner: 'int' } },
  /** dst[o, i, :] = table[o, ids[i], :], with table [outer, axisSize, inner], ids [count]. */
  gather: {
    code: 8,
    args: {
      dst: 'pointer',
      table: 'pointer',
      ids: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
    },
  },
  /** dst[o, ids[i], :] += updates[o, i, :], float or isInt; dst is zeroed first unless accumulate. */
  scatterAdd: {
    code: 9,
    args: {
      dst: 'pointer',
      updates: 'pointer',
      ids: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
      accumulate: 'int',
      isInt: 'int',
    },
  },
  /** dst[o, j, i] = src[o, ids[o, j, i], i], with src [outer, axisSize, inner], ids [outer, count, inner]. */
  gatherAlong: {
    code: 10,
    args: {
      dst: 'pointer',
      src: 'pointer',
      ids: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
    },
  },
  /** dst[o, ids[o, j, i], i] += updates[o, j, i], float or isInt; dst is zeroed first unless accumulate. */
  scatterAlongAdd: {
    code: 11,
    args: {
      dst: 'pointer',
      updates: 'pointer',
      ids: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
      accumulate: 'int',
      isInt: 'int',
    },
  },
  /** dst[o, i, :] = src[o, start + i, :] for i < count; start is an i32 in memory, clamped to 0…axisSize - count. */
  dynamicSlice: {
    code: 12,
    args: {
      dst: 'pointer',
      src: 'pointer',
      start: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
    },
  },
  /** dst[o, start + i, :] = update[o, i, :] in place; start as in dynamicSlice. */
  dynamicUpdate: {
    code: 13,
    args: {
      dst: 'pointer',
      update: 'pointer',
      start: 'pointer',
      outer: 'int',
      axisSize: 'int',
      count: 'int',
      inner: 'int',
    },
  },
  /** Over the last axis of [rows, n]; a row whose largest value is -Infinity becomes zeros. dst may be src. */
  softmax: { code: 14, args: { dst: 'pointer', src: 'pointer', rows: 'int', n: 'int' } },
  /** As softmax; a row whose largest value is -Infinity stays -Infinity. */
  logSoftmax: { code: 15, args: { dst: 'pointer', src: 'pointer', rows: 'int', n: 'int' } },
  /** dst = y * (dy - sum(dy * y)), y the result of softmax. dst may be y or dy. */
  softmaxGrad: { code: 16, args: { dst: 'pointer', y: 'pointer', dy: 'pointer', rows: 'int', n: 'int' } },
  /** dst = dy - exp(y) * sum(dy), y the result of logSoftmax. dst may be y or dy. */
  logSoftmaxGrad: { code: 17, args: { dst: 'pointer', y: 'pointer', dy: 'pointer', rows: 'int', n: 'int' } },
  /** loss[row] = logsumexp(logits) - (1 - smoothing) * logits[label] - smoothing * mean(logits). */
  crossEntropy: {
    code: 18,
    args: {
      loss: 'pointer',
      logits: 'pointer',
      labels: 'pointer',
      rows: 'int',
      n: 'int',
      smoothing: 'float',
    },
  },
  /**
   * dLogits = (softmax - (1 - smoothing) * onehot - smoothing / n) * dLoss[row]; rows of dLoss 0 become zeros.
   * dLogits may be logits.
   */
  crossEntropyGrad: {
    code: 19,
    args: {
      dLogits: 'pointer',
      logits: 'pointer',
      labels: 'pointer',
      dLoss: 'pointer',
      rows: 'int',
      n: 'int',
      smoothing: 'float',
    },
  },
  /**
   * Gates in the order i, f, g, o. xProjection [T, B, 4H] includes both biases; weightHh [4H, H]; h0, c0 [B, H];
   * isReal [T, B] optional → states, cells [T, B, H] (kept where not real), gates [T, B, 4H] (zeros where not real).
   * gates may be the memory of xProjection.
   */
  lstmForward: {
    code: 20,
    args: {
      states: 'pointer',
      cells: 'pointer',
      gates: 'pointer',
      xProjection: 'pointer',
      weightHh: 'pointer',
      h0: 'pointer',
      c0: 'pointer',
      isReal: 'pointer',
      scratch: 'scratch',
      steps: 'int',
      batch: 'int',
      hidden: 'int',
      reverse: 'int',
    },
  },
  /**
   * dStates, dCells [T, B, H] are optional → dXProjection [T, B, 4H] (zeros where not real), dH0, dC0 [B, H].
   * dXProjection may be the memory of gates.
   */
  lstmBackward: {
    code: 21,
    args: {
      dXProjection: 'pointer',
      dH0: 'pointer',
      dC0: 'pointer',
      weightHh: 'pointer',
      c0: 'pointer',
      isReal: 'pointer',
      cells: 'pointer',
      gates: 'pointer',
      dStates: 'pointer',
      dCells: 'pointer',
      scratch: 'scratch',
      steps: 'int',
      batch: 'int',
      hidden: 'int',
      reverse: 'int',
    },
  },
  /**
   * Gates in the order r, z, n. xProjection [T, B, 3H] includes the input bias; weightHh [3H, H]; biasHh [3H];
   * isReal [T, B] optional → states [T, B, H], gates [T, B, 3H],
   * candidate [T, B, H] = Whn h + bhn when resetAfter, else r * h. Where not real: state kept, the others 0.
   * gates may be the memory of xProjection.
   */
  gruForward: {
    code: 22,
    args: {
      states: 'pointer',
      gates: 'pointer',
      candidate: 'pointer',
      xProjection: 'pointer',
      weightHh: 'pointer',
      biasHh: 'pointer',
      h0: 'pointer',
      isReal: 'pointer',
      scratch: 'scratch',
      steps: 'int',
      batch: 'int',
      hidden: 'int',
      reverse: 'int',
      resetAfter: 'int',
    },
  },
  /** dStates optional → dXProjection, dHProjection [T, B, 3H] (gradients before and after the h product), dH0. */
  gruBackward: {
    code: 23,
    args: {
      dXProjection: 'pointer',
      dHProjection: 'pointer',
      dH0: 'pointer',
      weightHh: 'pointer',
      h0: 'pointer',
      isReal: 'pointer',
      states: 'pointer',
      gates: 'pointer',
      candidate: 'pointer',
      dStates: 'pointer',
      scratch: 'scratch',
      steps: 'int',
      batch: 'int',
      hidden: 'int',
      reverse: 'int',
      resetAfter: 'int',
    },
  },
  /** PyTorch's Adam (decoupled 0) and AdamW (decoupled 1); outputs may be the inputs. Scalars are f32 in memory. */
  adam: {
    code: 24,
    args: {
      paramOut: 'pointer',
      mOut: 'pointer',
      vOut: 'pointer',
      param: 'pointer',
      grad: 'pointer',
      m: 'pointer',
      v: 'pointer',
      learningRate: 'pointer',
      correction1: 'pointer',
      correction2: 'pointer',
      gradScale: 'pointer',
      n: 'int',
      beta1: 'float',
      oneMinusBeta1: 'float',
      beta2: 'float',
      oneMinusBeta2: 'float',
      eps: 'float',
      weightDecay: 'float',
      decoupled: 'int',
    },
  },
  /** dst[i] = word i of Philox >= threshold (unsigned) ? scale : 0; key points to [seedLo, seedHi, step]. */
  dropoutMask: {
    code: 25,
    args: { dst: 'pointer', key: 'pointer', n: 'int', threshold: 'int', scale: 'float', site: 'int' },
  },
  /**
   * Over rows of x [rows, n]: dst = (x - mean) / sqrt(variance + epsilon) * weight + bias, or, unless centred,
   * dst = x / sqrt(mean of squares + epsilon) * weight. weight [n]; bias [n] optional. dst may be x.
   */
  norm: {
    code: 27,
    args: {
      dst: 'pointer',
      x: 'pointer',
      weight: 'pointer',
      bias: 'pointer',
      rows: 'int',
      n: 'int',
      epsilon: 'float',
      centred: 'int',
    },
  },
  /** Of `norm`: dX [rows, n], which may be x or dY; dWeight [n]; dBias [n] optional. */
  normGrad: {
    code: 28,
    args: {
      dX: 'pointer',
      dWeight: 'pointer',
      dBias: 'pointer',
      x: 'pointer',
      weight: 'pointer',
      dY: 'pointer',
      scratch: 'scratch',
      rows: 'int',
      n: 'int',
      epsilon: 'float',
      centred: 'int',
    },
  },
  /**
   * context = softmax(query keyᵀ * scale + bias) * mask · value, `rows` queries at a time. Strides are in elements;
   * those of an operand's last axis are 1, but for isAllowed, bias and mask (all optional), which may repeat (0).
   * Key head of head h: floor(h * keyHeads / heads). causal: query t sees the keys s <= t + source - target.
   * A query that sees nothing has a context of 0. Padded and future keys may stay unread, so what is NaN there does no
   * harm.
   */
  attention: {
    code: 29,
    args: attentionArguments as AttentionArguments,
  },
  /**
   * The weights are computed again. dQuery, dKey, dValue; dBias optional, with the strides of bias.
   * biasElements: how many dBias has.
   */
  attentionGrad: {
    code: 30,
    args: attentionGradArguments as AttentionGradArguments,
  },
  /**
   * Runs the `bodyWords` words after this header `count` times, t = 0…count-1, or downwards when reverse.
   * After the body stands the patch table, `patches` times [word, base, stride]: before iteration t, word number
   * `word` of the body becomes base + t * stride. The instruction's length covers header, body and table.
   */
  loop: { code: 26, args: { count: 'int', reverse: 'int', bodyWords: 'int', patches: 'int' } },
  /** The threads of a team wait here for each other. */
  barrier: { code: 31, args: {} },
  /** The words after this header are for the first thread of a team alone. The instruction's length covers them. */
  alone: { code: 32, args: {} },
} as const
