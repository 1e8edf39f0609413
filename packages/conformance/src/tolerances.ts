import type { OpName } from '@dragoman/core'

/**
 * How far one application of an op may be from what is expected: an element passes when any of these holds.
 * NaN and each infinity equal only themselves, and what is below the smallest normal number may be 0.
 */
export interface OpTolerance {
  /** Units in the last place of the expected element, from the number of terms that it sums. */
  readonly ulp: (terms: number) => number
  /** A difference that always passes: where a function passes through 0, units of its result say nothing. */
  readonly absolute?: number
  /** As many ε as `ulp` says, of the sum of the sizes of all terms: for sums, whose terms may cancel. */
  readonly ofTerms?: boolean
  /**
   * So many ε of 1 and of the largest element of the result: for chains of ops that end in a sum, whose
   * terms are of that order.
   */
  readonly ofLargest?: (terms: number) => number
}

const exact: OpTolerance = { ulp: () => 0 }
const ulps = (count: number, absolute?: number): OpTolerance => ({
  ulp: () => count,
  ...(absolute === undefined ? {} : { absolute }),
})
const sum: OpTolerance = { ulp: (n) => n, ofTerms: true }
/** A chain of ops whose last is a sum of n terms: a few roundings for each link. */
const chain = (roundings: number): OpTolerance => ({
  ulp: () => 0,
  ofLargest: (n) => roundings + 2 * n,
})

/**
 * One entry for every op. Sources:
 *
 * - units for arithmetic, exp, pow, sigmoid, sums, products and softmax: the WebNN tests of
 *   web-platform-tests, `webnn/resources/utils.js` (n is the number of terms);
 * - absolute ones for log, sin, cos and tanh: what WGSL asks of a GPU, "Accuracy of built-in functions",
 *   where WebNN's 1/1024 would let too much pass;
 * - erf: Abramowitz and Stegun 7.1.26 is off by 1.5e-7 at most, and rounds a few times more;
 * - sigmoid: CPU engines approximate it by a quotient of polynomials that is good to a rounding of 1.
 */
export const tolerances: { readonly [O in OpName]: OpTolerance } = {
  // Movement, choice, comparison: the very bits.
  neg: exact,
  abs: exact,
  sign: exact,
  floor: exact,
  not: exact,
  cast: exact,
  max: exact,
  min: exact,
  equal: exact,
  less: exact,
  lessEqual: exact,
  and: exact,
  or: exact,
  select: exact,
  constant: exact,
  iota: exact,
  size: exact,
  reshape: exact,
  transpose: exact,
  broadcast: exact,
  slice: exact,
  pad: exact,
  concat: exact,
  flip: exact,
  gather: exact,
  gatherAlong: exact,
  dynamicSlice: exact,
  dynamicUpdate: exact,
  reduceMax: exact,
  reduceMin: exact,
  argMax: exact,
  dropoutMask: exact,

  // Arithmetic and functions.
  add: ulps(1),
  sub: ulps(1),
  mul: ulps(1),
  div: ulps(2),
  sqrt: ulps(1),
  exp: ulps(32),
  pow: ulps(32),
  log: ulps(3, 2 ** -21),
  tanh: ulps(16, 1e-5),
  sigmoid: ulps(34, 2 ** -23),
  erf: ulps(16, 2 ** -20),
  sin: ulps(4, 2 ** -11),
  cos: ulps(4, 2 ** -11),

  // Sums.
  reduceSum: sum,
  scatterAdd: sum,
  scatterAlong: sum,
  matmul: { ulp: (n) => 2 * n, ofTerms: true },
  // A loop has the tolerance of its body; its cases only add and move.
  scan: exact,

  // Composites.
  softmax: { ulp: (n) => 3 * n + 3 },
  softmaxGrad: chain(4),
  logSoftmax: chain(8),
  logSoftmaxGrad: chain(36),
  crossEntropy: chain(8),
  crossEntropyGrad: chain(36),
  layerNorm: chain(8),
  layerNormGrad: chain(16),
  rmsNorm: chain(8),
  rmsNormGrad: chain(16),
  attention: chain(36),
  attentionGrad: chain(72),
  lstm: chain(72),
  lstmGrad: chain(72),
  gru: chain(72),
  gruGrad: chain(72),
  adam: chain(16),
}
