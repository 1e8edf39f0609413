import { BackendError } from '@dragoman/core/backend'
import { hasRelaxedSimd, hasSimd } from './features.ts'

/** A build of the kernels: with plain SIMD, or with multiply-adds that the machine may round once. */
export type Kernels = 'simd' | 'relaxed'

/** Each is a chunk of its own, so that only what is chosen is loaded. */
const sources = {
  simd: () => import('./generated/simd.ts'),
  relaxed: () => import('./generated/relaxed.ts'),
  'simd-threads': () => import('./generated/simd-threads.ts'),
  'relaxed-threads': () => import('./generated/relaxed-threads.ts'),
}

const loaded = new Map<keyof typeof sources, Promise<WebAssembly.Module>>()

async function load(name: keyof typeof sources): Promise<WebAssembly.Module> {
  const { wasm } = await sources[name]()
  return WebAssembly.compile(await inflate(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0))))
}

async function inflate(deflated: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream('deflate-raw')
  const writer = writable.getWriter()
  const written = writer.write(deflated).then(() => writer.close())
  const chunks: Uint8Array[] = []
  for (let reader = readable.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
  }
  await written
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** The compiled kernels, made once for all backends; `isShared`: for a memory that threads share. */
export function loadKernels(kernels: Kernels, isShared: boolean): Promise<WebAssembly.Module> {
  const name = isShared ? (`${kernels}-threads` as const) : kernels
  const module = loaded.get(name) ?? load(name)
  loaded.set(name, module)
  return module
}

/** What `cpu({ wasm })` may say. */
export type WasmChoice = 'auto' | 'relaxed' | 'simd' | 'off'

/** Kernels for a choice, undefined for those in TypeScript; and why. */
export interface KernelsAndReason {
  readonly kernels: Kernels | undefined
  readonly reason: string
}

/** @throws BackendError when what was asked for is not there. */
export function chooseKernels(wasm: WasmChoice): KernelsAndReason {
  switch (wasm) {
    case 'off':
      return { kernels: undefined, reason: "asked for by wasm: 'off'" }
    case 'relaxed':
      if (hasRelaxedSimd()) return { kernels: 'relaxed', reason: "asked for by wasm: 'relaxed'" }
      throw new BackendError({
        backend: 'cpu',
        problem: "wasm is 'relaxed', but this runtime has no relaxed SIMD in WebAssembly",
        hint: "use 'auto'; Node 20 has it behind --experimental-wasm-relaxed-simd, Node 24 as it is",
      })
    case 'simd':
      if (hasSimd()) return { kernels: 'simd', reason: "asked for by wasm: 'simd'" }
      throw new BackendError({
        backend: 'cpu',
        problem: "wasm is 'simd', but this runtime has no SIMD in WebAssembly",
        hint: "use 'auto'",
      })
    case 'auto':
      if (hasRelaxedSimd()) return { kernels: 'relaxed', reason: 'WebAssembly has relaxed SIMD' }
      if (hasSimd()) return { kernels: 'simd', reason: 'WebAssembly has SIMD, but not relaxed SIMD' }
      return { kernels: undefined, reason: 'WebAssembly SIMD is missing' }
    default:
      throw new BackendError({
        backend: 'cpu',
        problem: `wasm is '${wasm satisfies never}'`,
        hint: "use 'auto', 'relaxed', 'simd' or 'off'",
      })
  }
}
