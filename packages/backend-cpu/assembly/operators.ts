// The operations of elementwise chains as classes without fields, so that the loops can be generic over them:
// `changetype<T>(0).apply(…)` is resolved and inlined when the loop is compiled for T.
import { cos, erf, exp, log, pow, sigmoid, sin, tanh } from './math'

@inline
function toBool(mask: v128): v128 {
  return v128.and(mask, i32x4.splat(1))
}

@inline
function isTrue(x: v128): v128 {
  return i32x4.ne(x, i32x4.splat(0))
}

@final export class Neg { @inline apply(x: v128): v128 { return f32x4.neg(x) } }
@final export class Abs { @inline apply(x: v128): v128 { return f32x4.abs(x) } }
@final export class Sign {
  @inline apply(x: v128): v128 {
    const zero = f32x4.splat(0)
    const one = f32x4.splat(1)
    const positive = v128.bitselect(one, x, f32x4.gt(x, zero)) // ±0 and NaN stay
    return v128.bitselect(f32x4.neg(one), positive, f32x4.lt(x, zero))
  }
}
@final export class Floor { @inline apply(x: v128): v128 { return f32x4.floor(x) } }
@final export class Exp { @inline apply(x: v128): v128 { return exp(x) } }
@final export class Log { @inline apply(x: v128): v128 { return log(x) } }
@final export class Sqrt { @inline apply(x: v128): v128 { return f32x4.sqrt(x) } }
@final export class Rsqrt { @inline apply(x: v128): v128 { return f32x4.div(f32x4.splat(1), f32x4.sqrt(x)) } }
@final export class Tanh { @inline apply(x: v128): v128 { return tanh(x) } }
@final export class Sigmoid { @inline apply(x: v128): v128 { return sigmoid(x) } }
@final export class Erf { @inline apply(x: v128): v128 { return erf(x) } }
@final export class Sin { @inline apply(x: v128): v128 { return sin(x) } }
@final export class Cos { @inline apply(x: v128): v128 { return cos(x) } }
@final export class Not { @inline apply(x: v128): v128 { return toBool(i32x4.eq(x, i32x4.splat(0))) } }
@final export class INeg { @inline apply(x: v128): v128 { return i32x4.neg(x) } }
@final export class IAbs { @inline apply(x: v128): v128 { return i32x4.abs(x) } }
@final export class ISign {
  @inline apply(x: v128): v128 {
    return v128.or(i32x4.shr_s(x, 31), toBool(isTrue(x)))
  }
}
@final export class FloatToInt { @inline apply(x: v128): v128 { return i32x4.trunc_sat_f32x4_s(x) } }
@final export class IntToFloat { @inline apply(x: v128): v128 { return f32x4.convert_i32x4_s(x) } }
@final export class FloatToBool { @inline apply(x: v128): v128 { return toBool(f32x4.ne(x, f32x4.splat(0))) } }
@final export class IntToBool { @inline apply(x: v128): v128 { return toBool(isTrue(x)) } }

@final export class Add { @inline apply(a: v128, b: v128): v128 { return f32x4.add(a, b) } }
@final export class Sub { @inline apply(a: v128, b: v128): v128 { return f32x4.sub(a, b) } }
@final export class Mul { @inline apply(a: v128, b: v128): v128 { return f32x4.mul(a, b) } }
@final export class Div { @inline apply(a: v128, b: v128): v128 { return f32x4.div(a, b) } }
@final export class Pow {
  @inline apply(a: v128, b: v128): v128 {
    let r = f32x4.splat(pow(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)))
    r = f32x4.replace_lane(r, 1, pow(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)))
    r = f32x4.replace_lane(r, 2, pow(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)))
    return f32x4.replace_lane(r, 3, pow(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)))
  }
}
@final export class Max { @inline apply(a: v128, b: v128): v128 { return f32x4.max(a, b) } }
@final export class Min { @inline apply(a: v128, b: v128): v128 { return f32x4.min(a, b) } }
@final export class Equal { @inline apply(a: v128, b: v128): v128 { return toBool(f32x4.eq(a, b)) } }
@final export class Less { @inline apply(a: v128, b: v128): v128 { return toBool(f32x4.lt(a, b)) } }
@final export class LessEqual { @inline apply(a: v128, b: v128): v128 { return toBool(f32x4.le(a, b)) } }
@final export class IEqual { @inline apply(a: v128, b: v128): v128 { return toBool(i32x4.eq(a, b)) } }
@final export class ILess { @inline apply(a: v128, b: v128): v128 { return toBool(i32x4.lt_s(a, b)) } }
@final export class ILessEqual { @inline apply(a: v128, b: v128): v128 { return toBool(i32x4.le_s(a, b)) } }
@final export class And { @inline apply(a: v128, b: v128): v128 { return toBool(v128.and(isTrue(a), isTrue(b))) } }
@final export class Or { @inline apply(a: v128, b: v128): v128 { return toBool(isTrue(v128.or(a, b))) } }
@final export class IAdd { @inline apply(a: v128, b: v128): v128 { return i32x4.add(a, b) } }
@final export class ISub { @inline apply(a: v128, b: v128): v128 { return i32x4.sub(a, b) } }
@final export class IMul { @inline apply(a: v128, b: v128): v128 { return i32x4.mul(a, b) } }
@final export class IDiv {
  @inline apply(a: v128, b: v128): v128 {
    let r = i32x4.splat(divide(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)))
    r = i32x4.replace_lane(r, 1, divide(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)))
    r = i32x4.replace_lane(r, 2, divide(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)))
    return i32x4.replace_lane(r, 3, divide(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)))
  }
}
@final export class IMax { @inline apply(a: v128, b: v128): v128 { return i32x4.max_s(a, b) } }
@final export class IMin { @inline apply(a: v128, b: v128): v128 { return i32x4.min_s(a, b) } }

function divide(a: i32, b: i32): i32 {
  if (b == 0) return 0
  return b == -1 ? 0 - a : a / b // the machine's division traps on -2^31 / -1
}

@inline
export function select(condition: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, isTrue(condition))
}
