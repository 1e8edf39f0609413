import type { Kind } from './graph.ts'
import type { PrimitiveName } from './ops.ts'
import type { Operand } from './tensor.ts'
import { Tensor } from './tensor.ts'
import { toTensor, traceOf } from './trace.ts'

type Unary<K extends Kind> = (x: Tensor<K>) => Tensor<K>

function unary<K extends Kind>(op: PrimitiveName): Unary<K> {
  return (x) => x.trace.emit(op, [x], {})[0] as Tensor<K>
}

/** Literals take the kind of the tensor beside them; two literals or weights have no graph. */
function binary<K extends Kind, R extends Kind>(op: PrimitiveName) {
  return <T extends K>(left: Operand<T>, right: Operand<T>): Tensor<R extends 'bool' ? 'bool' : T> => {
    const trace = traceOf([left, right])
    const kind = kindOf(left, right)
    const inputs = [toTensor(trace, left, kind), toTensor(trace, right, kind)]
    return trace.emit(op, inputs as Tensor[], {})[0] as Tensor<R extends 'bool' ? 'bool' : T>
  }
}

function kindOf<K extends Kind>(...operands: Operand<K>[]): K {
  const tensor = operands.find((operand) => operand instanceof Tensor)
  return tensor ? tensor.kind : ('float' as K)
}

/** −x. float or int. */
export const neg: <K extends 'float' | 'int'>(x: Tensor<K>) => Tensor<K> = unary('neg') as never
/** |x|. float or int. */
export const abs: <K extends 'float' | 'int'>(x: Tensor<K>) => Tensor<K> = unary('abs') as never
/** −1, 0 or 1; NaN stays NaN. float or int. */
export const sign: <K extends 'float' | 'int'>(x: Tensor<K>) => Tensor<K> = unary('sign') as never
/** The largest whole number that is not above x. */
export const floor: Unary<'float'> = unary('floor')
/** e^x. */
export const exp: Unary<'float'> = unary('exp')
/** Natural logarithm; −Inf at 0, NaN below. */
export const log: Unary<'float'> = unary('log')
/** √x; NaN below 0. */
export const sqrt: Unary<'float'> = unary('sqrt')
/** Hyperbolic tangent. */
export const tanh: Unary<'float'> = unary('tanh')
/** 1 / (1 + e^−x). */
export const sigmoid: Unary<'float'> = unary('sigmoid')
/** Error function, 2/√π ∫₀ˣ e^−t² dt. */
export const erf: Unary<'float'> = unary('erf')
/** Sine of x in radians. */
export const sin: Unary<'float'> = unary('sin')
/** Cosine of x in radians. */
export const cos: Unary<'float'> = unary('cos')
/** Logical not. */
export const not: Unary<'bool'> = unary('not')

type Arithmetic = <K extends 'float' | 'int'>(left: Operand<K>, right: Operand<K>) => Tensor<K>
type FloatOnly = (left: Operand<'float'>, right: Operand<'float'>) => Tensor<'float'>
type Comparison = <K extends 'float' | 'int'>(left: Operand<K>, right: Operand<K>) => Tensor<'bool'>
type Logical = (left: Operand<'bool'>, right: Operand<'bool'>) => Tensor<'bool'>

/** left + right, broadcast as in NumPy. */
export const add: Arithmetic = binary('add') as never
/** left − right, broadcast. */
export const sub: Arithmetic = binary('sub') as never
/** left · right, broadcast. */
export const mul: Arithmetic = binary('mul') as never
/** left / right, broadcast; int division truncates, and by 0 gives 0. */
export const div: Arithmetic = binary('div') as never
/** left to the power of right, broadcast. */
export const pow: FloatOnly = binary('pow') as never
/** The larger of two, broadcast; NaN if either is NaN. */
export const max: Arithmetic = binary('max') as never
/** The smaller of two, broadcast; NaN if either is NaN. */
export const min: Arithmetic = binary('min') as never
/** left = right, broadcast; NaN equals nothing. */
export const equal: <K extends Kind>(left: Operand<K>, right: Operand<K>) => Tensor<'bool'> = binary(
  'equal',
) as never
/** left < right, broadcast. */
export const less: Comparison = binary('less') as never
/** left ≤ right, broadcast. */
export const lessEqual: Comparison = binary('lessEqual') as never
/** Logical and, broadcast. */
export const and: Logical = binary('and') as never
/** Logical or, broadcast. */
export const or: Logical = binary('or') as never

/** max(x, 0), with a gradient of 0 at 0 as in PyTorch; NaN stays NaN. */
export function relu(x: Tensor<'float'>): Tensor<'float'> {
  return select(lessEqual(x, 0), 0, x)
}

/** Elementwise choice, broadcast: `whenTrue` where the condition holds, else `whenFalse`. */
export function select<K extends Kind>(
  condition: Tensor<'bool'>,
  whenTrue: Operand<K>,
  whenFalse: Operand<K>,
): Tensor<K> {
  const trace = traceOf([condition, whenTrue, whenFalse])
  const kind = kindOf<K>(whenTrue, whenFalse)
  const inputs = [condition, toTensor(trace, whenTrue, kind), toTensor(trace, whenFalse, kind)]
  return trace.emit('select', inputs as Tensor[], {})[0] as Tensor<K>
}

/** x as another kind: float → int truncates and saturates; anything → bool is `≠ 0`. */
export function cast<K extends Kind>(x: Tensor, kind: K): Tensor<K> {
  if (x.kind === kind) return x as Tensor<K>
  return x.trace.emit('cast', [x], { kind })[0] as Tensor<K>
}
