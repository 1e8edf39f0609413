import type { EngineMemory } from '../engine.ts'

const pageBytes = 65536

/** A memory that can become larger; its buffer may be another one afterwards. */
export interface GrowableMemory extends EngineMemory {
  /** @throws RangeError when the runtime refuses. */
  growTo(bytes: number): void
}

/** A memory that WASM kernels can work in. */
export function wasmMemory(initialBytes: number): GrowableMemory & { readonly memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(initialBytes / pageBytes) })
  return {
    memory,
    get buffer() {
      return memory.buffer
    },
    growTo(bytes) {
      memory.grow(Math.max(0, Math.ceil((bytes - memory.buffer.byteLength) / pageBytes)))
    },
  }
}

/** A memory of plain JavaScript, for where WebAssembly is missing; growing copies it. */
export function plainMemory(initialBytes: number): GrowableMemory {
  let buffer = new ArrayBuffer(initialBytes)
  return {
    get buffer() {
      return buffer
    },
    growTo(bytes) {
      const larger = new ArrayBuffer(Math.ceil(bytes / pageBytes) * pageBytes)
      new Uint8Array(larger).set(new Uint8Array(buffer))
      buffer = larger
    },
  }
}
