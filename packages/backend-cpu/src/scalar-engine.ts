import type { Engine, EngineMemory, PlanError } from './engine.ts'
import { errorCodes } from './plan/encoding.ts'
import { type Views, WalkFailure } from './scalar/views.ts'
import { type Place, walk } from './scalar/walk.ts'

/**
 * The walker in plain TypeScript: for runtimes without WASM SIMD, and the reference that the WASM walker is tested
 * against. It computes in double and rounds each result to float.
 *
 * @param memory a WebAssembly.Memory, or any object with an ArrayBuffer; it may grow between walks.
 */
export function scalarEngine(memory: EngineMemory): Engine {
  let buffer: ArrayBufferLike | undefined
  let views: Views | undefined
  let failure: PlanError | undefined
  const viewsNow = (): Views => {
    if (!views || buffer !== memory.buffer) {
      buffer = memory.buffer
      views = { int: new Int32Array(buffer), float: new Float32Array(buffer) }
    }
    return views
  }
  return {
    kind: 'scalar',
    memory,
    walk(start, end) {
      const place: Place = { word: start >>> 2 }
      failure = undefined
      try {
        walk(viewsNow(), start >>> 2, end >>> 2, place)
      } catch (error) {
        if (!(error instanceof WalkFailure)) throw error
        failure = { code: error.code, address: place.word * 4, value: error.value }
      }
      return failure?.code ?? errorCodes.ok
    },
    lastError: () => failure,
  }
}
