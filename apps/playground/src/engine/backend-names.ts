/** The backends that a page may have, in the order in which they are offered. */
export const backendNames = [
  'cpu',
  'tfjs-wasm',
  'tfjs-webgl',
  'tfjs-webgpu',
  'onnx-wasm',
  'onnx-webgpu',
] as const

export type BackendName = (typeof backendNames)[number]

export function isBackendName(name: unknown): name is BackendName {
  return backendNames.includes(name as BackendName)
}

/** A backend that this browser does not have, and what would enable it; undefined for one that it should have. */
export interface Missing {
  readonly reason: 'no-webgpu' | 'no-webgl'
}

/** What is known before anything is loaded. Runs in a page or a worker. */
export async function missing(name: BackendName): Promise<Missing | undefined> {
  if (name.endsWith('webgpu')) {
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } }
    const adapter = await gpu?.requestAdapter().catch(() => null)
    return adapter ? undefined : { reason: 'no-webgpu' }
  }
  if (name === 'tfjs-webgl') {
    const canvas = new OffscreenCanvas(1, 1)
    return canvas.getContext('webgl2') ? undefined : { reason: 'no-webgl' }
  }
  return undefined
}
