import type { Dim, Shape } from './dims.ts'
import type { Graph, Kind } from './graph.ts'

/** No attributes. */
export type None = Readonly<Record<never, never>>

type Axes = Readonly<{ axes: readonly number[]; keepDims: boolean }>

/** The primitives that compute each element from the elements at its own place; see {@link PrimitiveAttributes}. */
export interface ElementwiseAttributes {
  // One input
  neg: None
  abs: None
  /** −1, 0 or 1; NaN stays NaN. */
  sign: None
  floor: None
  exp: None
  log: None
  sqrt: None
  tanh: None
  /** 1 / (1 + e^−x) */
  sigmoid: None
  /** 2/√π ∫₀ˣ e^−t² dt */
  erf: None
  sin: None
  cos: None
  not: None
  /** float → int truncates, saturates, and makes NaN 0; anything → bool is `≠ 0`. */
  cast: Readonly<{ kind: Kind }>

  // Two or three inputs
  add: None
  sub: None
  mul: None
  /** int division truncates; by 0 it gives 0. */
  div: None
  pow: None
  max: None
  min: None
  equal: None
  less: None
  lessEqual: None
  and: None
  or: None
  /** condition (bool), where true, where false. */
  select: None
}

/**
 * Every primitive op and its attributes. This is the one list: shape rules, gradients, the reference
 * kernels and each backend's kernels are total tables over it, so that a missing entry does not compile.
 *
 * Binary ops, `select` and the batch dims of `matmul` broadcast as in NumPy. Floats may be NaN or ±Inf
 * and follow IEEE 754; `max`, `min`, `reduceMax` and `reduceMin` propagate NaN.
 */
export interface PrimitiveAttributes extends ElementwiseAttributes {
  // Sources
  /** A small literal tensor; bools are 0 and 1. */
  constant: Readonly<{ kind: Kind; shape: readonly number[]; data: readonly number[] }>
  /** int: each element is its index along `axis`. */
  iota: Readonly<{ shape: Shape; axis: number }>
  /** int scalar: the size that `dim` has in this run. */
  size: Readonly<{ dim: Dim }>

  // Movement
  reshape: Readonly<{ shape: Shape }>
  /** Output axis i is input axis permutation[i]. */
  transpose: Readonly<{ permutation: readonly number[] }>
  broadcast: Readonly<{ shape: Shape }>
  slice: Readonly<{ starts: Shape; sizes: Shape }>
  pad: Readonly<{ low: Shape; high: Shape; value: number }>
  concat: Readonly<{ axis: number }>
  flip: Readonly<{ axes: readonly number[] }>

  // Indexing. An index outside its axis is an error or reads 0; it never touches other memory.
  /** table, ids (int) → table[:axis] + ids.shape + table[axis+1:]. */
  gather: Readonly<{ axis: number }>
  /** ids, updates → the transpose of gather: rows added into zeros with `size` along `axis`. */
  scatterAdd: Readonly<{ axis: number; size: Dim }>
  /** x, ids (int, shaped like x but for `axis`) → one element of x along `axis` for each id. */
  gatherAlong: Readonly<{ axis: number }>
  /** ids, updates → the transpose of gatherAlong. */
  scatterAlong: Readonly<{ axis: number; size: Dim }>
  /** x, start (int scalar, clamped so that the window fits) → `size` entries of `axis`. */
  dynamicSlice: Readonly<{ axis: number; size: Dim }>
  /** x, update, start (as above) → x with the window replaced by update. */
  dynamicUpdate: Readonly<{ axis: number }>

  // Reduction. Of nothing: sum 0, max −Inf, min +Inf (int: the smallest and the largest).
  reduceSum: Axes
  reduceMax: Axes
  reduceMin: Axes
  /** int: the lowest index of the largest element; NaN counts as largest. `axis` is removed. */
  argMax: Readonly<{ axis: number }>

  // Linear algebra and control
  /** [..., M, K] × [..., K, N] → [..., M, N]; a transposed operand is stored with its last two axes swapped. */
  matmul: Readonly<{ transposeA: boolean; transposeB: boolean }>
  /**
   * carries, xs, constants → final carries, stacked ys. The body graph takes (carries, one entry of
   * each x along its axis 0, constants) and gives (next carries, y of this step). Entry t of the ys
   * belongs to entry t of the xs; with `reverse` the steps go from the last to the first.
   */
  scan: Readonly<{ body: Graph; carries: number; xs: number; length: Dim; reverse: boolean }>
}

/** How scores come about, and which of the optional operands isAllowed, bias and mask are there. */
type AttentionAttributes = Readonly<{
  causal: boolean
  scale: number
  hasAllowed: boolean
  hasBias: boolean
  hasMask: boolean
}>

/** Every composite op and its attributes; each has a body of primitives (see `composites/`). */
export interface CompositeAttributes {
  softmax: None
  softmaxGrad: None
  logSoftmax: None
  logSoftmaxGrad: None
  crossEntropy: Readonly<{ smoothing: number }>
  crossEntropyGrad: Readonly<{ smoothing: number }>
  layerNorm: Readonly<{ epsilon: number }>
  layerNormGrad: Readonly<{ epsilon: number }>
  rmsNorm: Readonly<{ epsilon: number }>
  rmsNormGrad: Readonly<{ epsilon: number }>
  attention: AttentionAttributes
  attentionGrad: AttentionAttributes & Readonly<{ biasGradient: boolean }>
  lstm: Readonly<{ reverse: boolean }>
  lstmGrad: Readonly<{ reverse: boolean }>
  gru: Readonly<{ reverse: boolean; resetAfter: boolean }>
  gruGrad: Readonly<{ reverse: boolean; resetAfter: boolean }>
  adam: Readonly<{ beta1: number; beta2: number; epsilon: number; weightDecay: number; decoupled: boolean }>
  dropoutMask: Readonly<{ shape: Shape; rate: number; site: number }>
}

export type ElementwiseName = keyof ElementwiseAttributes
export type PrimitiveName = keyof PrimitiveAttributes
export type CompositeName = keyof CompositeAttributes
export type OpName = PrimitiveName | CompositeName
export type Attributes<O extends OpName> = O extends PrimitiveName
  ? PrimitiveAttributes[O]
  : O extends CompositeName
    ? CompositeAttributes[O]
    : never

/** One entry for every primitive. */
export type PrimitiveTable<T> = { readonly [O in PrimitiveName]: T }
