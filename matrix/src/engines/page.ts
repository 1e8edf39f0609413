import type { Backend } from '@dragoman/core/backend'
import type { PageColumnName } from '../columns.ts'

/** A backend in a page. */
export interface PageEngine {
  readonly backend: Backend
  /** Resolves with the reason when the GPU takes its device away: nothing runs after that. */
  readonly lost?: Promise<string>
}

async function cpuEngine(): Promise<PageEngine> {
  const { cpu } = await import('@dragoman/backend-cpu')
  return { backend: await cpu() }
}

/** How the backend of each column in Chromium is made; a column has a browser of its own. */
export const pageEngines: Readonly<Record<PageColumnName, () => Promise<PageEngine>>> = {
  'chromium-cpu': cpuEngine,
  'chromium-cpu-isolated': cpuEngine,
  'chromium-tfjs-wasm': async () => (await import('./tfjs-page.ts')).tfjsWasm(),
  'chromium-tfjs-webgl': async () => (await import('./tfjs-page.ts')).tfjsWebgl(),
  'chromium-tfjs-webgpu': async () => (await import('./tfjs-page.ts')).tfjsWebgpu(),
  'chromium-onnx-wasm': async () => (await import('./onnx-page.ts')).onnxWasm(),
  'chromium-onnx-webgpu': async () => (await import('./onnx-page.ts')).onnxWebgpu(),
}
