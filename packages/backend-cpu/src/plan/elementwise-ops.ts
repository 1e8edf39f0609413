/**
 * Operations of the elementwise instruction: code and number of operands. Names without prefix take floats,
 * `i…` take i32; comparisons and logic give bool (i32 0/1). Floats follow IEEE 754; max and min propagate NaN.
 */
export const elementwiseOps = {
  /** Any word, unchanged. */
  copy: { code: 0, arity: 1 },
  neg: { code: 1, arity: 1 },
  abs: { code: 2, arity: 1 },
  /** -1, 0 or 1; ±0 and NaN stay themselves. */
  sign: { code: 3, arity: 1 },
  floor: { code: 4, arity: 1 },
  exp: { code: 5, arity: 1 },
  /** Natural logarithm. */
  log: { code: 6, arity: 1 },
  sqrt: { code: 7, arity: 1 },
  /** 1 / sqrt(x) */
  rsqrt: { code: 8, arity: 1 },
  tanh: { code: 9, arity: 1 },
  /** 1 / (1 + exp(-x)) */
  sigmoid: { code: 10, arity: 1 },
  erf: { code: 11, arity: 1 },
  sin: { code: 12, arity: 1 },
  cos: { code: 13, arity: 1 },
  add: { code: 14, arity: 2 },
  sub: { code: 15, arity: 2 },
  mul: { code: 16, arity: 2 },
  div: { code: 17, arity: 2 },
  /** As IEEE 754 and C have it: 1 to any power and -1 to an infinite one are 1. */
  pow: { code: 18, arity: 2 },
  max: { code: 19, arity: 2 },
  min: { code: 20, arity: 2 },
  equal: { code: 21, arity: 2 },
  less: { code: 22, arity: 2 },
  lessEqual: { code: 23, arity: 2 },
  iEqual: { code: 24, arity: 2 },
  iLess: { code: 25, arity: 2 },
  iLessEqual: { code: 26, arity: 2 },
  and: { code: 27, arity: 2 },
  or: { code: 28, arity: 2 },
  not: { code: 29, arity: 1 },
  /** a ≠ 0 ? b : c, of any words. */
  select: { code: 30, arity: 3 },
  iAdd: { code: 31, arity: 2 },
  iSub: { code: 32, arity: 2 },
  iMul: { code: 33, arity: 2 },
  /** Truncates toward zero; division by 0 gives 0, and -2^31 / -1 gives -2^31. */
  iDiv: { code: 34, arity: 2 },
  iMax: { code: 35, arity: 2 },
  iMin: { code: 36, arity: 2 },
  iNeg: { code: 37, arity: 1 },
  iAbs: { code: 38, arity: 1 },
  iSign: { code: 39, arity: 1 },
  /** Truncates toward zero, saturates at the ends of i32, NaN gives 0. */
  floatToInt: { code: 40, arity: 1 },
  /** Also bool → float. */
  intToFloat: { code: 41, arity: 1 },
  /** x ≠ 0, so NaN is true. */
  floatToBool: { code: 42, arity: 1 },
  intToBool: { code: 43, arity: 1 },
} as const

export type ElementwiseOp = keyof typeof elementwiseOps
