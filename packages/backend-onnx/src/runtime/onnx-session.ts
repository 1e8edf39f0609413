import type { Graph, HostArray, Kind } from '@dragoman/core/backend'
import { writeModel } from '../model/index.ts'
import { sessionFailure } from './failures.ts'
import type { OrtSession } from './ort.ts'
import { providerName, type Runtime } from './runtime.ts'
import type { OnnxSessionOptions } from './session-options.ts'

/** What sessions need of their backend. */
export interface SessionHome {
  readonly name: string
  readonly runtime: Runtime
  readonly sessionOptions: OnnxSessionOptions
}

/** An input of a session. */
export interface SessionInput {
  /** Which input of the graph it is. */
  readonly slot: number
  readonly onnxName: string
  readonly kind: Kind
}

/** An output of a session. */
export interface SessionOutput {
  readonly name: string
  readonly onnxName: string
  readonly kind: Kind
}

/** A graph as ONNX Runtime runs it. */
export interface OnnxSession {
  readonly session: OrtSession
  readonly inputs: readonly SessionInput[]
  readonly outputs: readonly SessionOutput[]
  readonly onnxNodes: number
  readonly modelBytes: number
  readonly openMs: number
  readonly isPlain: boolean
}

/** What a session is opened with. */
export interface OpenOptions {
  /** Inputs that the model holds itself. */
  readonly constants?: Readonly<Record<string, HostArray>>
  /** Leaves products as they are written, whatever level the caller has chosen; default false. */
  readonly isPlain?: boolean
}

/** Throws UnsupportedOpError for what cannot be written, before there is anything to open. */
export function checkModel({ name }: SessionHome, graph: Graph): void {
  writeModel(graph, { dialect: 'runtime', backend: name })
}

/**
 * Writes a graph as a model and opens it.
 *
 * @throws UnsupportedOpError for what cannot be written or has no kernel; BackendError when ONNX Runtime refuses it.
 */
export async function openSession(
  home: SessionHome,
  graph: Graph,
  { constants = {}, isPlain = false }: OpenOptions = {},
): Promise<OnnxSession> {
  const startMs = performance.now()
  const { bytes, inputs, outputs, nodes } = writeModel(graph, {
    constants,
    dialect: 'runtime',
    backend: home.name,
    hasLooseMath: isOnGpu(home),
  })
  const options = { ...sessionOptions(home), ...(isPlain && plainLevel(home)) }
  const session = await home.runtime.ort.InferenceSession.create(bytes, options).catch((error: unknown) => {
    throw sessionFailure({ backend: home.name, graph: graph.name }, error)
  })
  const openMs = performance.now() - startMs
  const slots = new Map(graph.inputs.map(({ name }, slot) => [name, slot]))
  return {
    session,
    inputs: inputs.map(({ name, onnxName, kind }) => ({ slot: slots.get(name)!, onnxName, kind })),
    outputs,
    onnxNodes: nodes,
    modelBytes: bytes.byteLength,
    openMs,
    isPlain,
  }
}

/** A fresh object each time, as ONNX Runtime writes into it. */
function sessionOptions(home: SessionHome): object {
  const { extra, ...rest } = home.sessionOptions
  return {
    logSeverityLevel: 4,
    ...rest,
    ...(extra ? { extra: structuredClone(extra) } : {}),
    ...(isOnGpu(home) ? { preferredOutputLocation: 'gpu-buffer' } : {}),
    executionProviders: [...home.runtime.providers],
  }
}

/** The highest level without the fusions of products, or a lower one of the caller. */
function plainLevel({ sessionOptions }: SessionHome): { readonly graphOptimizationLevel: string } {
  const isOff = sessionOptions.graphOptimizationLevel === 'disabled'
  return { graphOptimizationLevel: isOff ? 'disabled' : 'basic' }
}

function isOnGpu({ runtime }: SessionHome): boolean {
  return runtime.providers.some((provider) => providerName(provider) === 'webgpu')
}
