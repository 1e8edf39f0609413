import type { ElementwiseName, Kind, PrimitiveName } from '@dragoman/core/backend'
import type { ElementwiseOp } from '../plan/elementwise-ops.ts'
import { chained, type OpContext, type OpRule, viewed } from './op-context.ts'

/** The chain op that does an op on floats, and the one on ints and bools where there is one. */
function rule<O extends PrimitiveName>(float: ElementwiseOp, int?: ElementwiseOp): OpRule<O> {
  return (context) => chained(context, int && context.kinds.at(-1) !== 'float' ? int : float)
}

/** Bools are the ints 0 and 1, so that some casts change nothing. */
const casts: Readonly<Record<Kind, Readonly<Record<Kind, ElementwiseOp | undefined>>>> = {
  float: { float: undefined, int: 'floatToInt', bool: 'floatToBool' },
  int: { float: 'intToFloat', int: undefined, bool: 'intToBool' },
  bool: { float: 'intToFloat', int: undefined, bool: undefined },
}

function cast(context: OpContext<'cast'>): ReturnType<OpRule<'cast'>> {
  const op = casts[context.kinds[0]!][context.attributes.kind]
  return op ? chained(context, op) : viewed(context, context.inputs[0]!)
}

export const elementwiseRules: { readonly [O in ElementwiseName]: OpRule<O> } = {
  neg: rule('neg', 'iNeg'),
  abs: rule('abs', 'iAbs'),
  sign: rule('sign', 'iSign'),
  floor: rule('floor'),
  exp: rule('exp'),
  log: rule('log'),
  sqrt: rule('sqrt'),
  tanh: rule('tanh'),
  sigmoid: rule('sigmoid'),
  erf: rule('erf'),
  sin: rule('sin'),
  cos: rule('cos'),
  not: rule('not'),
  cast,
  add: rule('add', 'iAdd'),
  sub: rule('sub', 'iSub'),
  mul: rule('mul', 'iMul'),
  div: rule('div', 'iDiv'),
  pow: rule('pow'),
  max: rule('max', 'iMax'),
  min: rule('min', 'iMin'),
  equal: rule('equal', 'iEqual'),
  less: rule('less', 'iLess'),
  lessEqual: rule('lessEqual', 'iLessEqual'),
  and: rule('and'),
  or: rule('or'),
  select: rule('select'),
}
