import { PlanWriter } from '../plan/plan-writer.ts'
import { scalarEngine } from '../scalar-engine.ts'
import { kernelEngine } from './kernels.ts'

const canary = 0x5ca1ab1e
/** Words of canary after each tensor: a kernel that writes past the end of one destroys them. */
const canaryWords = 8

/** What a plan left in the memory of one walker. */
export interface Outcome {
  readonly code: number
  readonly error: { code: number; address: number; value: number } | undefined
  floats(offset: number, n: number): Float32Array
  ints(offset: number, n: number): Int32Array
}

/** A plan with its tensors, run by both walkers, each in a memory of its own with the same contents. */
export class PlanCase {
  readonly plan: PlanWriter = new PlanWriter()
  readonly #blocks: { offset: number; words: Int32Array }[] = []
  #next = 64

  /** Room for n words, full of NaN bits, so that unwritten results show. */
  room(n: number, unaligned = 0): number {
    return this.#place(new Int32Array(n).fill(0x7fc00000), unaligned)
  }

  /** Room by bytes; not zeroed either. */
  scratch(bytes: number): number {
    return this.room(bytes / 4)
  }

  floats(values: ArrayLike<number>, unaligned = 0): number {
    return this.#place(new Int32Array(Float32Array.from(values).buffer), unaligned)
  }

  ints(values: ArrayLike<number>, unaligned = 0): number {
    return this.#place(Int32Array.from(values), unaligned)
  }

  /** Runs the plan; throws when a walker wrote past the end of a tensor. */
  run(): { wasm: Outcome; scalar: Outcome; start: number } {
    const words = this.plan.words()
    const start = this.#place(words, 0)
    const wasm = this.#runOn(kernelEngine, start, words.length)
    const scalar = this.#runOn(scalarEngine, start, words.length)
    return { wasm, scalar, start }
  }

  #place(words: Int32Array, unaligned: number): number {
    const offset = this.#next + 4 * unaligned
    this.#blocks.push({ offset, words })
    this.#next = offset + 4 * (words.length + canaryWords)
    this.#next += 15 - ((this.#next + 15) % 16)
    return offset
  }

  #runOn(create: typeof kernelEngine, start: number, length: number): Outcome {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(this.#next / 65536) })
    const int = new Int32Array(memory.buffer)
    for (const { offset, words } of this.#blocks) {
      int.set(words, offset / 4)
      int.fill(canary, offset / 4 + words.length, offset / 4 + words.length + canaryWords)
    }
    const engine = create(memory)
    const code = engine.walk(start, start + 4 * length)
    for (const { offset, words } of this.#blocks) {
      const end = offset / 4 + words.length
      for (let i = end; i < end + canaryWords; i++) {
        if (int[i] !== canary)
          throw new Error(`${engine.kind}: wrote past the end of the tensor at ${offset}`)
      }
    }
    return {
      code,
      error: engine.lastError(),
      floats: (offset, n) => new Float32Array(memory.buffer, offset, n),
      ints: (offset, n) => new Int32Array(memory.buffer, offset, n),
    }
  }
}
