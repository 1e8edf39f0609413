/**
 * The encoding of flat plans: what the WASM walker (`assembly/`) and the TypeScript walker (`src/scalar/`) execute.
 *
 * A plan is a run of 32-bit words in the same memory as the tensors. An instruction is
 * `[opcode, length in words, fixed arguments…, tail…]`; `instructions` (instructions.ts) lists opcode and fixed
 * arguments in the order in which they are stored, from word 2 on. Every tensor element is one word (f32, i32, or
 * bool as 0/1), tensors are row-major. `assembly/opcodes.ts` is written from these tables (assembly-source.ts).
 */
import { type ArgumentKind, instructions } from './instructions.ts'

export { type ArgumentKind, instructions }

export type InstructionName = keyof typeof instructions

export type ArgumentsOf<K extends InstructionName> = (typeof instructions)[K]['args']

/** How an elementwise leaf is read at index i: `src[i]`, `src[0]`, or `src[floor(i / (p*r)) * p + i % p]`. */
export const leafModes = { full: 0, scalar: 1, broadcast: 2 } as const

export const matmulFlags = { transposeA: 1, transposeB: 2, accumulate: 4 } as const

/** Kinds of `reduce`; the result of an empty axis is 0, -Infinity, Infinity, 0, -2^31, 2^31-1. */
export const reduceKinds = { sum: 0, max: 1, min: 2, intSum: 3, intMax: 4, intMin: 5 } as const

/** What `walk` returns. `stopped`: another thread failed, and says why; `lostThread`: one ended in the middle. */
export const errorCodes = { ok: 0, badInstruction: 1, indexOutOfRange: 2, stopped: 3, lostThread: 4 } as const

/**
 * The words of a team of threads, as byte offsets; those that threads wait for begin a cache line, and the word
 * behind each counts who sleeps on it.
 */
export const teamWords = {
  /** Number of the run, and whether the team is to end. */
  run: 0,
  stop: 8,
  /** The barrier: how often it was passed, and how many stand before it. */
  generation: 64,
  arrived: 72,
  /** Threads that are through with the run, without the first. */
  done: 128,
  /** What to walk, from where threads have copies of it, and from one thread's scratch to the next. */
  start: 192,
  end: 196,
  copies: 200,
  scratchBytes: 204,
  /** The first error of the run. */
  code: 208,
  errorAddress: 212,
  errorValue: 216,
} as const

/** Bytes of the words of a team. */
export const teamBytes = 256

/** Elements of one tile of an elementwise chain: small enough that all registers stay in the first-level cache. */
export const tileElements = 512

/** Bytes from one tile register to the next: a tile and a cache line, so that equal indices fall in other sets. */
export const tileBytes: number = tileElements * 4 + 64

/** Blocks of the matrix product: op(a) is packed by rowBlock × depthBlock, op(b) by depthBlock × columnBlock. */
export const gemmBlocks = {
  rowBlock: 128,
  depthBlock: 256,
  columnBlock: 512,
  tileRows: 4,
  tileColumns: 8,
} as const

/** Words of an instruction before its tail. */
export function headerWords(name: InstructionName): number {
  return 2 + Object.keys(instructions[name].args).length
}

/**
 * Word offset of each fixed argument from the start of its instruction, by name.
 */
export function argumentOffsets<K extends InstructionName>(name: K): Record<keyof ArgumentsOf<K>, number> {
  const names = Object.keys(instructions[name].args)
  return Object.fromEntries(names.map((arg, i) => [arg, i + 2])) as Record<keyof ArgumentsOf<K>, number>
}
