import type { Engine, PlanError } from './engine.ts'
import { simdWasm } from './generated/wasm.ts'

interface WalkerExports {
  walk(start: number, end: number): number
  lastErrorAddress(): number
  lastErrorValue(): number
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

let compiled: WebAssembly.Module | undefined

/** The kernels, compiled once for all engines. */
function moduleOf(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(decodeBase64(simdWasm))
  return compiled
}

/** Whether this runtime validates the kernels: WebAssembly with 128-bit SIMD. */
export function hasWasmSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(decodeBase64(simdWasm))
}

/**
 * The WASM SIMD walker, compiled at once. Browsers refuse that on the main thread for modules above 8 MB; this one
 * has about 50 kB.
 *
 * @param memory holds plans, tensors and scratch; the walker reserves nothing in it. Offset 0 cannot be a tensor,
 *   because a pointer of 0 means "none".
 * @throws WebAssembly.CompileError where SIMD is missing: ask `hasWasmSimd` first.
 */
export function wasmEngine(memory: WebAssembly.Memory): Engine {
  return engineOf(new WebAssembly.Instance(moduleOf(), { env: { memory } }), memory)
}

/** As `wasmEngine`, compiled in the background. */
export async function createWasmEngine(memory: WebAssembly.Memory): Promise<Engine> {
  compiled ??= await WebAssembly.compile(decodeBase64(simdWasm))
  return engineOf(await WebAssembly.instantiate(compiled, { env: { memory } }), memory)
}

function engineOf(instance: WebAssembly.Instance, memory: WebAssembly.Memory): Engine {
  const walker = instance.exports as unknown as WalkerExports
  let failure: PlanError | undefined
  return {
    kind: 'wasm',
    memory,
    walk(start, end) {
      const code = walker.walk(start, end)
      failure =
        code === 0
          ? undefined
          : { code, address: walker.lastErrorAddress() >>> 0, value: walker.lastErrorValue() }
      return code
    },
    lastError: () => failure,
  }
}
