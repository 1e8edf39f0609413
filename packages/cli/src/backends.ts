import { fileURLToPath } from 'node:url'
import type { Profiler } from '@dragoman/backend-cpu'
import type { Backend } from '@dragoman/core'
import { Engines } from './engines/engine.ts'
import { expectOnnx, onnxPackages, openOnnx, openOnnxNode, openOnnxWeb } from './engines/onnx.ts'
import { openTfjs, tfjsPackages } from './engines/tfjs.ts'
import { UsageError } from './usage-error.ts'

/** How a backend is opened. */
export interface OpenOptions {
  /** How many threads it works with, from 1. By default the backend or its engine decides. */
  readonly threads?: number | undefined
}

/** A backend that can be chosen by name. */
export interface BackendEntry {
  readonly description: string
  /** Whether `dragoman compare` takes it without being told. */
  readonly isCompared?: boolean
  /** Throws BackendError, at once, when a package that it needs is not installed. */
  expectInstalled?(): void
  /** Throws BackendError when it cannot be had here; UsageError when it cannot have so many threads. */
  open(options?: OpenOptions): Promise<Backend>
  /** As `open`, and a profiler says where the time goes; missing where the backend cannot tell. */
  openProfiled?(options?: OpenOptions): Promise<ProfiledBackend>
}

/** A backend, and what records its runs. */
export interface ProfiledBackend {
  readonly backend: Backend
  readonly profiler: Profiler
}

export type BackendTable = Readonly<Record<string, BackendEntry>>

/**
 * Those that the command knows; the first is the default.
 *
 * @param project the folder of the user's project: engines are those installed there, or beside the command.
 */
export function backendTable(project: string): BackendTable {
  const engines = new Engines(project, fileURLToPath(new URL('.', import.meta.url)))
  return {
    cpu: {
      description: 'the CPU, with WebAssembly SIMD',
      isCompared: true,
      open: async ({ threads } = {}) =>
        (await import('@dragoman/backend-cpu')).cpu({ threads: threads ?? 'auto' }),
      async openProfiled({ threads } = {}) {
        const { cpu, Profiler } = await import('@dragoman/backend-cpu')
        const profiler = new Profiler()
        return { backend: await cpu({ threads: threads ?? 'auto', profiler }), profiler }
      },
    },
    tfjs: {
      description: 'TensorFlow.js, on WebAssembly',
      isCompared: true,
      expectInstalled: () => engines.expect('tfjs', tfjsPackages),
      open: onOneThread('tfjs', () => openTfjs(engines)),
    },
    onnx: {
      description: 'ONNX Runtime: onnx-node where it is installed, else onnx-web',
      expectInstalled: () => expectOnnx(engines),
      open: ({ threads } = {}) => openOnnx(engines, threads),
    },
    'onnx-node': {
      description: 'ONNX Runtime, native code',
      isCompared: true,
      expectInstalled: () => engines.expect('onnx-node', [onnxPackages.node]),
      open: ({ threads } = {}) => openOnnxNode(engines, threads),
    },
    'onnx-web': {
      description: 'ONNX Runtime, on WebAssembly',
      isCompared: true,
      expectInstalled: () => engines.expect('onnx-web', [onnxPackages.web]),
      open: ({ threads } = {}) => openOnnxWeb(engines, threads),
    },
    reference: {
      description: 'the float64 reference: slow, for checking',
      open: onOneThread('reference', async () => (await import('@dragoman/core')).reference()),
    },
  }
}

/** For backends that know no threads: more than one is refused. */
function onOneThread(name: string, open: () => Promise<Backend>): BackendEntry['open'] {
  return async ({ threads = 1 } = {}) => {
    if (threads === 1) return open()
    throw new UsageError({
      option: '--threads',
      problem: `${name} works on one thread here`,
      hint: 'leave it out, or use --backend cpu or onnx',
    })
  }
}
