import { type ElementwiseOp, elementwiseOps } from '../plan/elementwise-ops.ts'
import { argumentOffsets, errorCodes, headerWords, leafModes, tileElements } from '../plan/encoding.ts'
import { divideInt, erf, power, sigmoid, toInt } from './functions.ts'
import { pointerAt, type Views, WalkFailure } from './views.ts'

const at = argumentOffsets('elementwise')

/** How an op takes its operands and gives its result: as floats or as i32. Bool counts as i32. */
type Signature = 'ff' | 'fi' | 'ii' | 'if'

interface Rule {
  readonly kinds: Signature
  readonly apply: (a: number, b: number, c: number) => number
}

const floatRule = (apply: Rule['apply']): Rule => ({ kinds: 'ff', apply })
const intRule = (apply: Rule['apply']): Rule => ({ kinds: 'ii', apply })
const test = (kinds: Signature, apply: (a: number, b: number) => boolean): Rule => ({
  kinds,
  apply: (a, b) => (apply(a, b) ? 1 : 0),
})

const rules: Record<ElementwiseOp, Rule> = {
  copy: intRule((a) => a),
  neg: floatRule((a) => -a),
  abs: floatRule(Math.abs),
  sign: floatRule(Math.sign),
  floor: floatRule(Math.floor),
  exp: floatRule(Math.exp),
  log: floatRule(Math.log),
  sqrt: floatRule(Math.sqrt),
  rsqrt: floatRule((a) => 1 / Math.sqrt(a)),
  tanh: floatRule(Math.tanh),
  sigmoid: floatRule(sigmoid),
  erf: floatRule(erf),
  sin: floatRule(Math.sin),
  cos: floatRule(Math.cos),
  add: floatRule((a, b) => a + b),
  sub: floatRule((a, b) => a - b),
  mul: floatRule((a, b) => a * b),
  div: floatRule((a, b) => a / b),
  pow: floatRule(power),
  max: floatRule((a, b) => Math.max(a, b)),
  min: floatRule((a, b) => Math.min(a, b)),
  equal: test('fi', (a, b) => a === b),
  less: test('fi', (a, b) => a < b),
  lessEqual: test('fi', (a, b) => a <= b),
  iEqual: test('ii', (a, b) => a === b),
  iLess: test('ii', (a, b) => a < b),
  iLessEqual: test('ii', (a, b) => a <= b),
  and: test('ii', (a, b) => a !== 0 && b !== 0),
  or: test('ii', (a, b) => a !== 0 || b !== 0),
  not: test('ii', (a) => a === 0),
  select: intRule((a, b, c) => (a !== 0 ? b : c)),
  iAdd: intRule((a, b) => a + b),
  iSub: intRule((a, b) => a - b),
  iMul: intRule(Math.imul),
  iDiv: intRule(divideInt),
  iMax: intRule((a, b) => Math.max(a, b)),
  iMin: intRule((a, b) => Math.min(a, b)),
  iNeg: intRule((a) => -a),
  iAbs: intRule(Math.abs),
  iSign: intRule(Math.sign),
  floatToInt: { kinds: 'fi', apply: toInt },
  intToFloat: { kinds: 'if', apply: (a) => a },
  floatToBool: test('fi', (a) => a !== 0),
  intToBool: test('ii', (a) => a !== 0),
}

const rulesByCode: readonly Rule[] = Object.entries(elementwiseOps).reduce<Rule[]>(
  (table, [name, { code }]) => {
    table[code] = rules[name as ElementwiseOp]
    return table
  },
  [],
)

/** Words of one tile per operand in scratch; the WASM walker's room is larger. */
const tile = tileElements

/** Copies elements first…first+count-1 of a leaf to its tile. */
function readLeaf(views: Views, leaf: number, to: number, first: number, count: number): void {
  const mode = views.int[leaf]!
  const src = pointerAt(views, leaf + 1)
  if (mode === leafModes.full) views.int.copyWithin(to, src + first, src + first + count)
  else if (mode === leafModes.scalar) views.int.fill(views.int[src]!, to, to + count)
  else {
    const p = views.int[leaf + 2]!
    const period = p * views.int[leaf + 3]!
    for (let i = 0; i < count; i++) {
      const j = first + i
      views.int[to + i] = views.int[src + Math.floor(j / period) * p + (j % p)]!
    }
  }
}

export function elementwise(views: Views, p: number): void {
  const n = views.int[p + at.n]!
  const leaves = views.int[p + at.leaves]!
  const ops = views.int[p + at.ops]!
  const tiles = pointerAt(views, p + at.scratch)
  const leafStart = p + headerWords('elementwise')
  const program = leafStart + 4 * leaves
  for (let first = 0; first < n; first += tile) {
    const count = Math.min(tile, n - first)
    for (let i = 0; i < leaves; i++) readLeaf(views, leafStart + 4 * i, tiles + i * tile, first, count)
    for (let j = 0; j < ops; j++) runOp(views, program + 6 * j, tiles, first, count)
  }
}

function runOp(views: Views, op: number, tiles: number, first: number, count: number): void {
  const code = views.int[op]!
  const rule = rulesByCode[code]
  if (!rule) throw new WalkFailure(errorCodes.badInstruction, code)
  const target = tiles + views.int[op + 1]! * tile
  const a = tiles + views.int[op + 2]! * tile
  const b = tiles + views.int[op + 3]! * tile
  const c = tiles + views.int[op + 4]! * tile
  const from = rule.kinds[0] === 'f' ? views.float : views.int
  const to = rule.kinds[1] === 'f' ? views.float : views.int
  for (let i = 0; i < count; i++) to[target + i] = rule.apply(from[a + i]!, from[b + i]!, from[c + i]!)
  const output = pointerAt(views, op + 5)
  if (output !== 0) views.int.copyWithin(output + first, target, target + count)
}
