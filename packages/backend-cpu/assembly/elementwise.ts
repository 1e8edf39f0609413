// Fused elementwise chains: the index space is cut into tiles, each op runs over a tile that stays in the cache.
//
// Scratch holds a table of operands, [address, step] per leaf and register for the current tile, then one tile of
// room per operand. A step of 0 reads the same four equal words again: that is how scalars are broadcast.
import {
  ELEMENTWISE_LEAVES, ELEMENTWISE_N, ELEMENTWISE_OPS, ELEMENTWISE_REGISTERS, ELEMENTWISE_SCRATCH, ELEMENTWISE_TAIL,
  LEAF_BROADCAST, LEAF_FULL, LEAF_SCALAR,
  OP_ABS, OP_ADD, OP_AND, OP_COPY, OP_COS, OP_DIV, OP_EQUAL, OP_ERF, OP_EXP, OP_FLOAT_TO_BOOL, OP_FLOAT_TO_INT,
  OP_FLOOR, OP_I_ABS, OP_I_ADD, OP_I_DIV, OP_I_EQUAL, OP_I_LESS, OP_I_LESS_EQUAL, OP_I_MAX, OP_I_MIN, OP_I_MUL,
  OP_I_NEG, OP_I_SIGN, OP_I_SUB, OP_INT_TO_BOOL, OP_INT_TO_FLOAT, OP_LESS, OP_LESS_EQUAL, OP_LOG, OP_MAX, OP_MIN,
  OP_MUL, OP_NEG, OP_NOT, OP_OR, OP_POW, OP_RSQRT, OP_SELECT, OP_SIGMOID, OP_SIGN, OP_SIN, OP_SQRT, OP_SUB, OP_TANH,
  TILE_BYTES, TILE_ELEMENTS, ERROR_BAD_INSTRUCTION, ERROR_OK,
} from './opcodes'
import { copyWords } from './memory'
import { ownScratch, partEnd, partStart } from './team'
import {
  Abs, Add, And, Cos, Div, Equal, Erf, Exp, FloatToBool, FloatToInt, Floor, IAbs, IAdd, IDiv, IEqual, ILess,
  ILessEqual, IMax, IMin, IMul, INeg, ISign, ISub, IntToBool, IntToFloat, Less, LessEqual, Log, Max, Min, Mul, Neg,
  Not, Or, Pow, Rsqrt, Sigmoid, Sign, Sin, Sqrt, Sub, Tanh, select,
} from './operators'

const LEAF_WORDS: i32 = 4
const OP_WORDS: i32 = 6

function unary<T>(dst: usize, end: usize, a: usize, stepA: usize): void {
  for (; dst < end; dst += 16) {
    v128.store(dst, changetype<T>(0).apply(v128.load(a)))
    a += stepA
  }
}

function binary<T>(dst: usize, end: usize, a: usize, stepA: usize, b: usize, stepB: usize): void {
  for (; dst < end; dst += 16) {
    v128.store(dst, changetype<T>(0).apply(v128.load(a), v128.load(b)))
    a += stepA
    b += stepB
  }
}

function copyTile(dst: usize, end: usize, a: usize, stepA: usize): void {
  for (; dst < end; dst += 16) {
    v128.store(dst, v128.load(a))
    a += stepA
  }
}

function selectTile(
  dst: usize, end: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize,
): void {
  for (; dst < end; dst += 16) {
    v128.store(dst, select(v128.load(a), v128.load(b), v128.load(c)))
    a += stepA
    b += stepB
    c += stepC
  }
}

/** dst[i] = src[floor(j / (p r)) p + j % p] with j = first + i, for i < count. */
function broadcastTile(dst: usize, src: usize, first: i32, count: i32, p: i32, r: i32): void {
  const period = p * r
  let block = first / period
  let within = first % period
  src += (<usize>(block * p)) << 2
  if (p == 1) {
    while (count > 0) {
      const run = min(r - within, count)
      const value = load<i32>(src)
      const end = dst + ((<usize>run) << 2)
      const vectorEnd = dst + ((<usize>(run & ~3)) << 2)
      for (; dst < vectorEnd; dst += 16) v128.store(dst, i32x4.splat(value))
      for (; dst < end; dst += 4) store<i32>(dst, value)
      count -= run
      within = 0
      src += 4
    }
    return
  }
  let turn = within / p
  let column = within % p
  while (count > 0) {
    const run = min(p - column, count)
    copyWords(dst, src + ((<usize>column) << 2), run)
    dst += (<usize>run) << 2
    count -= run
    column = 0
    if (++turn == r) {
      turn = 0
      src += (<usize>p) << 2
    }
  }
}

function splatScalars(leaves: i32, leaf: usize, table: usize, tiles: usize): void {
  for (let i = 0; i < leaves; i++) {
    if (load<i32>(leaf) == LEAF_SCALAR) {
      v128.store(tiles, v128.load_splat<i32>(load<u32>(leaf, 4)))
      store<u32>(table, <u32>tiles)
      store<u32>(table, 0, 4)
    }
    leaf += LEAF_WORDS << 2
    table += 8
    tiles += TILE_BYTES
  }
}

/** Makes the full and broadcast leaves of one tile readable; a ragged tile is copied, not read past its end. */
function placeLeaves(leaves: i32, leaf: usize, table: usize, tiles: usize, first: i32, count: i32): void {
  for (let i = 0; i < leaves; i++) {
    const mode = load<i32>(leaf)
    const src = load<u32>(leaf, 4) as usize
    if (mode == LEAF_FULL) {
      const start = src + ((<usize>first) << 2)
      if (count & 3) copyWords(tiles, start, count)
      store<u32>(table, <u32>(count & 3 ? tiles : start))
      store<u32>(table, 16, 4)
    } else if (mode == LEAF_BROADCAST) {
      broadcastTile(tiles, src, first, count, load<i32>(leaf, 8), load<i32>(leaf, 12))
      store<u32>(table, <u32>tiles)
      store<u32>(table, 16, 4)
    }
    leaf += LEAF_WORDS << 2
    table += 8
    tiles += TILE_BYTES
  }
}

export function elementwise(p: usize): i32 {
  const n = load<i32>(p, ELEMENTWISE_N)
  const leaves = load<i32>(p, ELEMENTWISE_LEAVES)
  const operands = leaves + load<i32>(p, ELEMENTWISE_REGISTERS)
  const ops = load<i32>(p, ELEMENTWISE_OPS)
  const table = ownScratch(load<u32>(p, ELEMENTWISE_SCRATCH))
  const tiles = table + ((<usize>(operands * 8 + 15)) & ~15)
  const leaf = p + ELEMENTWISE_TAIL
  const program = leaf + ((<usize>(leaves * LEAF_WORDS)) << 2)
  if (n > 0) splatScalars(leaves, leaf, table, tiles)
  const end = partEnd(n, TILE_ELEMENTS)
  for (let first = partStart(n, TILE_ELEMENTS); first < end; first += TILE_ELEMENTS) {
    const count = min(TILE_ELEMENTS, n - first)
    placeLeaves(leaves, leaf, table, tiles, first, count)
    let op = program
    for (let i = 0; i < ops; i++) {
      const target = load<i32>(op, 4)
      const room = tiles + <usize>target * TILE_BYTES
      const output = load<u32>(op, 20) as usize
      const place = output + ((<usize>first) << 2)
      const inPlace = output != 0 && (count & 3) == 0
      const dst = inPlace ? place : room
      if (!run(load<i32>(op), dst, count, op, table)) return ERROR_BAD_INSTRUCTION
      if (output != 0 && !inPlace) copyWords(place, room, count)
      store<u32>(table + <usize>target * 8, <u32>dst)
      store<u32>(table + <usize>target * 8, 16, 4)
      op += OP_WORDS << 2
    }
  }
  return ERROR_OK
}

/** Runs one op over a tile; false when there is no such op. */
function run(code: i32, dst: usize, count: i32, op: usize, table: usize): bool {
  const end = dst + ((<usize>count) << 2)
  const first = table + <usize>load<i32>(op, 8) * 8
  const second = table + <usize>load<i32>(op, 12) * 8
  const third = table + <usize>load<i32>(op, 16) * 8
  const a = load<u32>(first) as usize
  const b = load<u32>(second) as usize
  const c = load<u32>(third) as usize
  const sa = load<u32>(first, 4) as usize
  const sb = load<u32>(second, 4) as usize
  const sc = load<u32>(third, 4) as usize
  switch (code) {
    case OP_COPY: copyTile(dst, end, a, sa); break
    case OP_NEG: unary<Neg>(dst, end, a, sa); break
    case OP_ABS: unary<Abs>(dst, end, a, sa); break
    case OP_SIGN: unary<Sign>(dst, end, a, sa); break
    case OP_FLOOR: unary<Floor>(dst, end, a, sa); break
    case OP_EXP: unary<Exp>(dst, end, a, sa); break
    case OP_LOG: unary<Log>(dst, end, a, sa); break
    case OP_SQRT: unary<Sqrt>(dst, end, a, sa); break
    case OP_RSQRT: unary<Rsqrt>(dst, end, a, sa); break
    case OP_TANH: unary<Tanh>(dst, end, a, sa); break
    case OP_SIGMOID: unary<Sigmoid>(dst, end, a, sa); break
    case OP_ERF: unary<Erf>(dst, end, a, sa); break
    case OP_SIN: unary<Sin>(dst, end, a, sa); break
    case OP_COS: unary<Cos>(dst, end, a, sa); break
    case OP_ADD: binary<Add>(dst, end, a, sa, b, sb); break
    case OP_SUB: binary<Sub>(dst, end, a, sa, b, sb); break
    case OP_MUL: binary<Mul>(dst, end, a, sa, b, sb); break
    case OP_DIV: binary<Div>(dst, end, a, sa, b, sb); break
    case OP_POW: binary<Pow>(dst, end, a, sa, b, sb); break
    case OP_MAX: binary<Max>(dst, end, a, sa, b, sb); break
    case OP_MIN: binary<Min>(dst, end, a, sa, b, sb); break
    case OP_EQUAL: binary<Equal>(dst, end, a, sa, b, sb); break
    case OP_LESS: binary<Less>(dst, end, a, sa, b, sb); break
    case OP_LESS_EQUAL: binary<LessEqual>(dst, end, a, sa, b, sb); break
    case OP_I_EQUAL: binary<IEqual>(dst, end, a, sa, b, sb); break
    case OP_I_LESS: binary<ILess>(dst, end, a, sa, b, sb); break
    case OP_I_LESS_EQUAL: binary<ILessEqual>(dst, end, a, sa, b, sb); break
    case OP_AND: binary<And>(dst, end, a, sa, b, sb); break
    case OP_OR: binary<Or>(dst, end, a, sa, b, sb); break
    case OP_NOT: unary<Not>(dst, end, a, sa); break
    case OP_SELECT: selectTile(dst, end, a, sa, b, sb, c, sc); break
    case OP_I_ADD: binary<IAdd>(dst, end, a, sa, b, sb); break
    case OP_I_SUB: binary<ISub>(dst, end, a, sa, b, sb); break
    case OP_I_MUL: binary<IMul>(dst, end, a, sa, b, sb); break
    case OP_I_DIV: binary<IDiv>(dst, end, a, sa, b, sb); break
    case OP_I_MAX: binary<IMax>(dst, end, a, sa, b, sb); break
    case OP_I_MIN: binary<IMin>(dst, end, a, sa, b, sb); break
    case OP_I_NEG: unary<INeg>(dst, end, a, sa); break
    case OP_I_ABS: unary<IAbs>(dst, end, a, sa); break
    case OP_I_SIGN: unary<ISign>(dst, end, a, sa); break
    case OP_FLOAT_TO_INT: unary<FloatToInt>(dst, end, a, sa); break
    case OP_INT_TO_FLOAT: unary<IntToFloat>(dst, end, a, sa); break
    case OP_FLOAT_TO_BOOL: unary<FloatToBool>(dst, end, a, sa); break
    case OP_INT_TO_BOOL: unary<IntToBool>(dst, end, a, sa); break
    default: return false
  }
  return true
}
