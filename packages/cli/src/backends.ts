import type { Backend } from '@dragoman/core'

/** A backend that can be chosen by name. */
export interface BackendEntry {
  readonly description: string
  open(): Promise<Backend>
}

export type BackendTable = Readonly<Record<string, BackendEntry>>

/** Those that come with the command; the first is the default. */
export const backends: BackendTable = {
  cpu: {
    description: 'the CPU, with WebAssembly SIMD',
    open: async () => (await import('@dragoman/backend-cpu')).cpu(),
  },
  reference: {
    description: 'the float64 reference: slow, for checking',
    open: async () => (await import('@dragoman/core')).reference(),
  },
}
