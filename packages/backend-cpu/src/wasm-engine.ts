import type { Engine, PlanError } from './engine.ts'

/** What a build of the kernels exports; those of teams only do something where threads share the memory. */
export interface KernelExports {
  walk(start: number, end: number): number
  lastErrorAddress(): number
  lastErrorValue(): number
  join(words: number, number: number, count: number): void
  call(words: number, start: number, end: number, copies: number, scratchBytes: number): void
  lead(start: number, end: number, copies: number, scratchBytes: number): number
  dismiss(words: number): void
}

/** The kernels in a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}

/**
 * The walker in WASM, on one thread.
 *
 * @param memory holds plans, tensors and scratch; the walker reserves nothing in it. Offset 0 cannot be a tensor,
 *   because a pointer of 0 means "none".
 */
export function wasmEngine(kernels: KernelExports, memory: WebAssembly.Memory): Engine {
  let failure: PlanError | undefined
  return {
    kind: 'wasm',
    memory,
    walk(start, end) {
      const code = kernels.walk(start, end)
      failure =
        code === 0
          ? undefined
          : { code, address: kernels.lastErrorAddress() >>> 0, value: kernels.lastErrorValue() }
      return code
    },
    lastError: () => failure,
  }
}
