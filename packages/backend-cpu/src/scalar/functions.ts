/** 1 / (1 + e^-x) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/**
 * The error function: its Taylor series near 0, the continued fraction of erfc further out.
 *
 * Source: Abramowitz and Stegun 1964, 7.1.5 and 7.1.14.
 */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (Number.isNaN(x) || a > 6) return Number.isNaN(x) ? x : Math.sign(x)
  if (a < 2) {
    let term = x
    let sum = x
    for (let k = 1; k < 40; k++) {
      term *= (-x * x) / k
      sum += term / (2 * k + 1)
    }
    return (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = 0
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction)
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction))
}

/** As IEEE 754 and C have it, unlike ECMAScript: 1 to any power and -1 to an infinite one are 1. */
export function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

/** Truncation of a / b; 0 when b is 0. */
export function divideInt(a: number, b: number): number {
  return b === 0 ? 0 : (a / b) | 0
}

/** Truncates toward zero and saturates at the ends of i32; NaN gives 0. */
export function toInt(x: number): number {
  return Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)))
}
