import type { Engine } from '../engine.ts'
import { type Kernels, loadKernels } from '../kernels.ts'
import { instantiate, wasmEngine } from '../wasm-engine.ts'

/** The build of the kernels that this run of the tests is about; see vitest.config.ts. */
export const kernels: Kernels = process.env.KERNELS === 'relaxed' ? 'relaxed' : 'simd'

const module = await loadKernels(kernels, false)

/** A walker with these kernels. */
export function kernelEngine(memory: WebAssembly.Memory): Engine {
  return wasmEngine(instantiate(module, memory), memory)
}
