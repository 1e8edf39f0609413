const series = 1.75
const saturated = 6
const fractionTerms = 60

/**
 * The error function, within 3 units in the last place of float64.
 *
 * Near 0 it is the series 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), whose terms are all of one sign;
 * further out 1 − erfc(x), with the continued fraction of erfc from its end.
 *
 * Source: Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < series) return erfSeries(x)
  if (size > saturated) return Math.sign(x)
  return Number.isNaN(x) ? x : Math.sign(x) * (1 - erfcFraction(size))
}

function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) for x > 0. */
function erfcFraction(x: number): number {
  let denominator = x
  for (let n = fractionTerms; n > 0; n--) denominator = x + n / 2 / denominator
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * denominator)
}
