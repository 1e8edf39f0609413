// Elementary functions on four floats, and logarithm, exponential and power on scalars in double.
// Polynomials are minimax fits (Remez) on the reduced ranges that the comments name.
import { multiplyAdd, multiplySubtract } from './arithmetic'

const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4
const LOG2_E: f32 = 1.44269504
/** 1.5 · 2^23: adding it rounds a small float to an integer that then stands in the low bits. */
const ROUND_MAGIC: f32 = 12582912
const ROUND_MAGIC_BITS: i32 = 0x4b400000

@inline
function splat(x: f32): v128 {
  return f32x4.splat(x)
}

@inline
function copySign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, i32x4.splat(i32.MIN_VALUE))
}

/** e^x = 2^n e^r with |r| <= ln 2 / 2. 2^n is applied in two halves, so that subnormal results are right. */
@inline
export function exp(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, splat(-104)), splat(89)) // pmin and pmax keep a NaN on the left
  const shifted = multiplyAdd(clamped, splat(LOG2_E), splat(ROUND_MAGIC))
  const n = f32x4.sub(shifted, splat(ROUND_MAGIC))
  let r = multiplySubtract(n, splat(LN2_HIGH), clamped)
  r = multiplySubtract(n, splat(LN2_LOW), r)
  let p = multiplyAdd(splat(0.00138146132232), r, splat(0.00836870982645))
  p = multiplyAdd(p, r, splat(0.0416683873628))
  p = multiplyAdd(p, r, splat(0.166665206898))
  p = multiplyAdd(p, r, splat(0.499999934517))
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), splat(1))
  const exponent = i32x4.sub(shifted, i32x4.splat(ROUND_MAGIC_BITS))
  const half = i32x4.shr_s(exponent, 1)
  const first = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23)
  const second = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), i32x4.splat(127)), 23)
  return f32x4.mul(f32x4.mul(p, first), second)
}

/** ln x = e ln 2 + ln m with m in [sqrt 1/2, sqrt 2); ln(1 + f) = f - f²/2 + f³ P(f). */
@inline
export function log(x: v128): v128 {
  const isTiny = f32x4.lt(x, splat(1.17549435e-38))
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, isTiny)
  let exponent = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(0x3f3504f3)), 23)
  const mantissa = i32x4.sub(scaled, i32x4.shl(exponent, 23))
  exponent = i32x4.sub(exponent, v128.and(isTiny, i32x4.splat(23)))
  const e = f32x4.convert_i32x4_s(exponent)
  const f = f32x4.sub(mantissa, splat(1))
  const square = f32x4.mul(f, f)
  let p = multiplyAdd(splat(-0.0785961696208), f, splat(0.128816495644))
  p = multiplyAdd(p, f, splat(-0.131287537456))
  p = multiplyAdd(p, f, splat(0.141811915985))
  p = multiplyAdd(p, f, splat(-0.166245541155))
  p = multiplyAdd(p, f, splat(0.200022862899))
  p = multiplyAdd(p, f, splat(-0.250008104035))
  p = multiplyAdd(p, f, splat(0.333333167257))
  let small = f32x4.mul(p, f32x4.mul(square, f))
  small = multiplyAdd(e, splat(LN2_LOW), small)
  small = f32x4.sub(small, f32x4.mul(square, splat(0.5)))
  let result = f32x4.add(f32x4.add(f, small), f32x4.mul(e, splat(LN2_HIGH)))
  result = v128.bitselect(result, x, f32x4.lt(x, splat(f32.POSITIVE_INFINITY))) // NaN and Infinity stay
  result = v128.bitselect(splat(f32.NaN), result, f32x4.lt(x, splat(0)))
  return v128.bitselect(splat(f32.NEGATIVE_INFINITY), result, f32x4.eq(x, splat(0)))
}

/** x + x³ P(x²) below 0.625, else ±(1 - 2 / (e^2|x| + 1)). */
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = multiplyAdd(splat(-0.00571704536878), z, splat(0.0206505876393))
  p = multiplyAdd(p, z, splat(-0.0537434982135))
  p = multiplyAdd(p, z, splat(0.133314912891))
  p = multiplyAdd(p, z, splat(-0.333332839254))
  const small = multiplyAdd(f32x4.mul(p, z), x, x)
  const e = exp(f32x4.add(a, a))
  const large = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))))
  return v128.bitselect(small, copySign(large, x), f32x4.lt(a, splat(0.625)))
}

/** 1 / (1 + e^-x), from e^-|x| so that small results keep their relative precision. */
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)))
  const positive = f32x4.div(splat(1), f32x4.add(splat(1), e))
  return v128.bitselect(f32x4.mul(e, positive), positive, f32x4.lt(x, splat(0)))
}

/** x P(x²) below 1, else ±(1 - e^-Q(|x|)), where Q approximates -ln erfc on [1, 4]. */
@inline
export function erf(x: v128): v128 {
  const a = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = multiplyAdd(splat(0.0000785386122134), z, splat(-0.000801019358979))
  p = multiplyAdd(p, z, splat(0.00518832768224))
  p = multiplyAdd(p, z, splat(-0.0268538119337))
  p = multiplyAdd(p, z, splat(0.112835851486))
  p = multiplyAdd(p, z, splat(-0.376126258242))
  p = multiplyAdd(p, z, splat(1.12837916573))
  const small = f32x4.mul(p, x)
  const b = f32x4.pmin(a, splat(4))
  let q = multiplyAdd(splat(-0.000185573970356), b, splat(0.00293960692387))
  q = multiplyAdd(q, b, splat(-0.0218053168422))
  q = multiplyAdd(q, b, splat(0.103037365716))
  q = multiplyAdd(q, b, splat(0.638225680667))
  q = multiplyAdd(q, b, splat(1.12704003402))
  q = multiplyAdd(q, b, splat(0.000353719968385))
  const large = f32x4.sub(splat(1), exp(f32x4.neg(q)))
  return v128.bitselect(small, copySign(large, x), f32x4.lt(a, splat(1)))
}

const TWO_OVER_PI: f64 = 0.63661977236758134308
/** The first 33 bits of π/2, so that small multiples are exact, and the rest. */
const HALF_PI_HIGH: f64 = 1.57079632673412561417
const HALF_PI_LOW: f64 = 6.07710050650619224932e-11

@inline
function quarters(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(TWO_OVER_PI)))
}

@inline
function withoutQuarters(x: v128, n: v128): v128 {
  const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(HALF_PI_HIGH)))
  return f64x2.sub(high, f64x2.mul(n, f64x2.splat(HALF_PI_LOW)))
}

/** sin(x + quarter · π/2): reduced to |r| <= π/4 in double, good to about |x| = 1e6. */
@inline
function sinFrom(x: v128, quarter: i32): v128 {
  const low = f64x2.promote_low_f32x4(x)
  const high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3))
  const nLow = quarters(low)
  const nHigh = quarters(high)
  let r = i32x4.shuffle(
    f32x4.demote_f64x2_zero(withoutQuarters(low, nLow)),
    f32x4.demote_f64x2_zero(withoutQuarters(high, nHigh)),
    0,
    1,
    4,
    5,
  )
  r = f32x4.pmin(f32x4.pmax(r, splat(-0.8)), splat(0.8)) // bounded where x is too large to be reduced
  let n = i32x4.shuffle(i32x4.trunc_sat_f64x2_s_zero(nLow), i32x4.trunc_sat_f64x2_s_zero(nHigh), 0, 1, 4, 5)
  n = i32x4.add(n, i32x4.splat(quarter))
  const z = f32x4.mul(r, r)
  let s = multiplyAdd(splat(-0.000195172989871), z, splat(0.0083321781462))
  s = multiplyAdd(s, z, splat(-0.166666549437))
  const sine = multiplyAdd(f32x4.mul(s, z), r, r)
  let c = multiplyAdd(splat(0.0000244384515814), z, splat(-0.00138873675156))
  c = multiplyAdd(c, z, splat(0.0416666468664))
  const cosine = f32x4.add(f32x4.sub(splat(1), f32x4.mul(splat(0.5), z)), f32x4.mul(c, f32x4.mul(z, z)))
  const isOdd = i32x4.eq(v128.and(n, i32x4.splat(1)), i32x4.splat(1))
  const sign = i32x4.shl(v128.and(n, i32x4.splat(2)), 30)
  return v128.xor(v128.bitselect(cosine, sine, isOdd), sign)
}

@inline
export function sin(x: v128): v128 {
  return sinFrom(x, 0)
}

@inline
export function cos(x: v128): v128 {
  return sinFrom(x, 1)
}

/** ln x for finite, normal x > 0, in double: the series of 2 artanh((m - 1) / (m + 1)). */
export function logDouble(x: f64): f64 {
  const bits = reinterpret<i64>(x)
  const exponent = (bits - 0x3fe6a09e667f3bcd) >> 52
  const m = reinterpret<f64>(bits - (exponent << 52))
  const s = (m - 1) / (m + 1)
  const z = s * s
  let p: f64 = 1.0 / 19
  p = p * z + 1.0 / 17
  p = p * z + 1.0 / 15
  p = p * z + 1.0 / 13
  p = p * z + 1.0 / 11
  p = p * z + 1.0 / 9
  p = p * z + 1.0 / 7
  p = p * z + 1.0 / 5
  p = p * z + 1.0 / 3
  return <f64>exponent * 0.69314718055994530942 + 2 * (s + s * z * p)
}

/** e^x in double, for |x| <= 700 (beyond, as at the end); Taylor series on |r| <= ln 2 / 2. */
export function expDouble(x: f64): f64 {
  const clamped = min<f64>(max<f64>(x, -700), 700)
  const n = nearest<f64>(clamped * 1.44269504088896340736)
  const r = clamped - n * 0.69314718055994530942
  let p: f64 = 1
  for (let k: f64 = 13; k > 0; k -= 1) p = 1 + (p * r) / k
  return p * reinterpret<f64>((<i64>n + 1023) << 52)
}

/** As IEEE 754 and C have it (1 to any power is 1), through double logarithm and exponential. */
export function pow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1
  if (x != x || y != y) return f32.NaN
  const magnitude = abs<f32>(x)
  if (abs<f32>(y) == f32.POSITIVE_INFINITY) {
    if (magnitude == 1) return 1
    return magnitude > 1 == y > 0 ? f32.POSITIVE_INFINITY : 0
  }
  const isInteger = trunc<f32>(y) == y
  const isOdd = isInteger && abs<f32>(y) < 16777216 && (<i32>y & 1) == 1
  let result: f32
  if (magnitude == 0) result = y > 0 ? 0 : f32.POSITIVE_INFINITY
  else if (magnitude == f32.POSITIVE_INFINITY) result = y > 0 ? f32.POSITIVE_INFINITY : 0
  else if (x < 0 && !isInteger) return f32.NaN
  else result = <f32>expDouble(<f64>y * logDouble(<f64>magnitude))
  return isOdd ? copysign<f32>(result, x) : result
}
