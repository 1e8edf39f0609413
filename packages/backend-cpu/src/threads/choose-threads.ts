import { BackendError } from '@dragoman/core/backend'
import { workerThreads } from '../start-thread.ts'

/** How many threads, and why. */
export interface ThreadChoice {
  readonly threads: number
  readonly reason: string
}

/** More would wait for each other and for the memory rather than work. */
const mostOfItself = 8
const mostAtAll = 64

/** What keeps threads from sharing a memory here; undefined when nothing does. */
function obstacle(): string | undefined {
  if (workerThreads()) return undefined
  if (typeof Worker !== 'function') return 'this runtime has no workers'
  if (globalThis.crossOriginIsolated !== true || typeof SharedArrayBuffer !== 'function') {
    return 'this page is not cross-origin isolated'
  }
  return undefined
}

/** Cores of this machine, as far as the runtime tells. */
function hardwareThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os')
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1
}

/**
 * How many threads a backend is to have.
 *
 * @param hasKernels whether there are WASM kernels: plain TypeScript runs on one thread.
 * @param walksAlone whether a profiler walks the plans on a thread that may not wait for others.
 * @throws BackendError when a number is asked for that cannot be had.
 */
export function chooseThreads(
  wanted: number | 'auto',
  hasKernels: boolean,
  walksAlone = false,
): ThreadChoice {
  if (wanted !== 'auto' && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= mostAtAll)) {
    throw new BackendError({
      backend: 'cpu',
      problem: `threads is ${JSON.stringify(wanted)}`,
      hint: `use 'auto' or a whole number from 1 to ${mostAtAll}`,
    })
  }
  if (wanted === 1) return { threads: 1, reason: 'asked for by threads: 1' }
  const problem = !hasKernels
    ? 'kernels in TypeScript run on one'
    : (obstacle() ??
      (walksAlone ? 'a profile on a thread that may not wait for others is of one' : undefined))
  if (wanted !== 'auto') {
    if (problem === undefined) return { threads: wanted, reason: `asked for by threads: ${wanted}` }
    throw new BackendError({
      backend: 'cpu',
      problem: `threads is ${wanted}, but ${problem}`,
      hint: "use 'auto'; a page is isolated when it is served with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    })
  }
  if (problem !== undefined) return { threads: 1, reason: problem }
  const cores = hardwareThreads()
  // Beyond two, half of them are often the second halves of the same cores.
  const threads = cores <= 2 ? cores : Math.min(mostOfItself, Math.max(2, Math.floor(cores / 2)))
  return { threads, reason: `${cores} hardware threads; used where a plan is worth it` }
}

/** Whether this thread may wait for others: all may, but the main thread of a page. */
export function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)
    return true
  } catch {
    return false
  }
}
