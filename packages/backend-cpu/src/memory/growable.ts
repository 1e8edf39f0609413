import type { EngineMemory } from '../engine.ts'

const pageBytes = 65536

/** A memory that can become larger; its buffer may be another one afterwards. */
export interface GrowableMemory extends EngineMemory {
  /** @throws RangeError when the runtime refuses. */
  growTo(bytes: number): void
}

/** Sizes that a shared memory may claim at most, the largest first: 32-bit runtimes refuse the larger ones. */
const sharedPages = [65536, 32768, 16384]

type WasmMemory = GrowableMemory & { readonly memory: WebAssembly.Memory }

/** A memory that the kernels of several threads can work in; undefined where the runtime refuses it. */
export function sharedMemory(initialBytes: number): WasmMemory | undefined {
  const initial = Math.ceil(initialBytes / pageBytes)
  for (const maximum of sharedPages) {
    try {
      return growable(new WebAssembly.Memory({ initial, maximum, shared: true }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return undefined
}

/** A memory that WASM kernels can work in. */
export function wasmMemory(initialBytes: number): WasmMemory {
  return growable(new WebAssembly.Memory({ initial: Math.ceil(initialBytes / pageBytes) }))
}

function growable(memory: WebAssembly.Memory): WasmMemory {
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
