import type { PrimitiveName } from '../../graph/ops.ts'
import { bool, type CaseArray, float, int, type OpCase, opCase } from '../op-case.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const lowest = -(2 ** 31)
const highest = 2 ** 31 - 1

type Plain = Extract<
  PrimitiveName,
  'neg' | 'abs' | 'sign' | 'floor' | 'not' | 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'log' | 'sqrt'
>

function plain(op: Plain, name: string, inputs: CaseArray[], expected: CaseArray, source: string): OpCase {
  return opCase({ name, op, inputs, attributes: {}, expected, source, signedZeros: true })
}

const ieee = 'IEEE 754-2019'
const wraps = 'two’s complement of 32 bits, by hand'
const rule = 'the rule in ops.ts'

/** Cases that PyTorch does not settle: signed zeros, the ends of int, conversions. */
export const elementwiseCases: readonly OpCase[] = [
  plain('neg', 'of zeros', [float([2], 0, -0)], float([2], -0, 0), ieee),
  plain('neg', 'wraps', [int([2], lowest, highest)], int([2], lowest, -highest), wraps),
  plain('abs', 'of zeros and −Inf', [float([3], 0, -0, -inf)], float([3], 0, 0, inf), ieee),
  plain('abs', 'wraps', [int([2], lowest, -7)], int([2], lowest, 7), wraps),
  plain('sign', 'of floats', [float([5], -3, 0, nan, inf, 1e-300)], float([5], -1, 0, nan, 1, 1), rule),
  plain('floor', 'keeps −0', [float([3], -0, -0.5, 2.5)], float([3], -0, -1, 2), ieee),
  plain('log', 'of zeros', [float([3], 0, -0, -1)], float([3], -inf, -inf, nan), `${ieee}, 9.2.1`),
  plain('sqrt', 'of −0', [float([2], -0, -1)], float([2], -0, nan), `${ieee}, 5.4.1`),
  plain('not', 'of both', [bool([2], 0, 1)], bool([2], 1, 0), 'by hand'),
  plain('add', 'wraps', [int([2], highest, lowest), int([], 1)], int([2], lowest, lowest + 1), wraps),
  plain('sub', 'wraps', [int([2], lowest, 5), int([2], 1, 7)], int([2], highest, -2), wraps),
  plain('mul', 'wraps', [int([2], 65536, 123456789), int([2], 65536, 1000)], int([2], 0, -1097262584), wraps),
  // 2⁶² − 2³² + 1: a float64 product would lose its last bit.
  plain('mul', 'wraps exactly', [int([], highest), int([], highest)], int([], 1), wraps),
  plain('mul', 'of zero and Inf', [float([2], 0, -0), float([2], inf, 3)], float([2], nan, -0), ieee),
  plain('div', 'by zeros', [float([3], 1, 1, 0), float([3], 0, -0, 0)], float([3], inf, -inf, nan), ieee),
  plain(
    'div',
    'of ints truncates',
    [int([4], 7, -7, 7, -7), int([4], 2, 2, -2, -2)],
    int([4], 3, -3, -3, 3),
    rule,
  ),
  plain('div', 'of ints by 0', [int([3], 7, 0, lowest), int([], 0)], int([3], 0, 0, 0), rule),
  plain('div', 'of the lowest int by −1 wraps', [int([], lowest), int([], -1)], int([], lowest), wraps),
  plain('max', 'of NaN', [float([3], nan, 1, nan), float([3], 1, nan, inf)], float([3], nan, nan, nan), rule),
  plain(
    'min',
    'of NaN',
    [float([3], nan, 1, nan), float([3], 1, nan, -inf)],
    float([3], nan, nan, nan),
    rule,
  ),
  plain('max', 'of infinities', [float([2], -inf, inf), float([], 3)], float([2], 3, inf), ieee),
  plain('min', 'of ints', [int([2], lowest, 5), int([2], 0, 9)], int([2], lowest, 5), 'by hand'),
  plain('add', 'of rank 0', [float([], 1.5), float([], -4)], float([], -2.5), 'by hand'),
  plain(
    'add',
    'of nothing and one row',
    [float([0, 2]), float([2], 1, 2)],
    float([0, 2]),
    'NumPy broadcasting',
  ),
  opCase({
    name: 'of NaN is false everywhere',
    op: 'equal',
    inputs: [float([3], nan, inf, -0), float([3], nan, inf, 0)],
    attributes: {},
    expected: bool([3], 0, 1, 1),
    source: `${ieee}, 5.11`,
  }),
  opCase({
    name: 'of NaN is false',
    op: 'lessEqual',
    inputs: [float([4], nan, 1, -inf, 0), float([4], 1, nan, inf, -0)],
    attributes: {},
    expected: bool([4], 0, 0, 1, 1),
    source: `${ieee}, 5.11`,
  }),
  opCase({
    name: 'of 1 and −1 to NaN and infinities',
    op: 'pow',
    inputs: [float([6], 1, 1, -1, -1, 0, 2), float([6], nan, inf, inf, -inf, 0, nan)],
    attributes: {},
    expected: float([6], 1, 1, 1, 1, 1, nan),
    source: `${ieee}, 9.2.1`,
  }),
  opCase({
    name: 'does not mix the branches',
    op: 'select',
    inputs: [bool([3], 1, 0, 1), float([3], 1, nan, -0), float([], -inf)],
    attributes: {},
    expected: float([3], 1, -inf, -0),
    source: 'by hand',
    signedZeros: true,
  }),
  opCase({
    name: 'of ints by a column of conditions',
    op: 'select',
    inputs: [bool([2, 1], 1, 0), int([2, 2], 1, 2, 3, 4), int([2], 8, 9)],
    attributes: {},
    expected: int([2, 2], 1, 2, 8, 9),
    source: 'by hand',
  }),
  opCase({
    name: 'of floats to int truncates, saturates, and makes NaN 0',
    op: 'cast',
    inputs: [float([9], 2.9, -2.9, -0.5, nan, inf, -inf, 2 ** 31, -(2 ** 31) - 1, 2147483646.5)],
    attributes: { kind: 'int' },
    expected: int([9], 2, -2, 0, 0, highest, lowest, highest, lowest, 2147483646),
    source: rule,
  }),
  opCase({
    name: 'of floats to bool is ≠ 0',
    op: 'cast',
    inputs: [float([6], 0, -0, 0.5, nan, -inf, 1e-320)],
    attributes: { kind: 'bool' },
    expected: bool([6], 0, 0, 1, 1, 1, 1),
    source: rule,
  }),
  opCase({
    name: 'of ints to bool',
    op: 'cast',
    inputs: [int([4], 0, 1, 256, -1)],
    attributes: { kind: 'bool' },
    expected: bool([4], 0, 1, 1, 1),
    source: rule,
  }),
  opCase({
    name: 'of bools to int',
    op: 'cast',
    inputs: [bool([2, 1], 0, 1)],
    attributes: { kind: 'int' },
    expected: int([2, 1], 0, 1),
    source: 'by hand',
  }),
  opCase({
    name: 'of ints to float',
    op: 'cast',
    inputs: [int([2], lowest, 16777217)],
    attributes: { kind: 'float' },
    expected: float([2], lowest, 16777217),
    source: 'exact in float64; 16777217 = 2²⁴ + 1 is what float32 rounds',
  }),
]
