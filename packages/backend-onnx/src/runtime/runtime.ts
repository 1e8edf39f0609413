import { BackendError, OptionError } from '@dragoman/core/backend'
import type { Ort } from './ort.ts'
import { Queue } from './queue.ts'

/** An execution provider of ONNX Runtime by its name, or with options of its own. */
export type OnnxProvider = string | { readonly name: string }

/** A build of ONNX Runtime, looked at once. */
export interface Runtime {
  readonly ort: Ort
  readonly build: 'node' | 'web'
  readonly version: string
  readonly providers: readonly OnnxProvider[]
  /** Shared by all backends of one module, as it must not do two things at once. */
  readonly queue: Queue
}

const oldest = [1, 30] as const

/** The first three run on the CPU under different names. */
const webProviders = ['wasm', 'cpu', 'webgpu', 'webnn']

const queues = new WeakMap<object, Queue>()

/**
 * Says which build of ONNX Runtime a module is.
 *
 * @throws BackendError when it is none, too old, or set up so that it cannot serve; OptionError for a provider that
 *   the build never has.
 */
export function runtimeOf(ort: Ort, providers: readonly OnnxProvider[] | undefined): Runtime {
  const versions = ort?.env?.versions
  const build = versions && buildOf(ort)
  if (!build || typeof ort.InferenceSession?.create !== 'function' || typeof ort.Tensor !== 'function') {
    throw new BackendError({
      backend: 'onnx',
      problem: 'ort is neither onnxruntime-node nor onnxruntime-web',
      hint: "hand in the module: onnx({ ort }) after import * as ort from 'onnxruntime-node'",
    })
  }
  const version = versions[build]!
  expectVersion(version)
  if (build === 'web' && ort.env.wasm.proxy) {
    throw new BackendError({
      backend: 'onnx',
      problem: 'ort.env.wasm.proxy is on, and then each run takes the memory of its inputs away',
      hint: 'leave it off; to keep a page responsive, run the backend in a worker of your own',
    })
  }
  const chosen = providers ?? [build === 'node' ? 'cpu' : 'wasm']
  expectProviders(build, chosen)
  return { ort, build, version, providers: chosen, queue: queueOf(ort) }
}

/** Both builds write into one `env` where they share onnxruntime-common; only that of Node lists its providers. */
function buildOf(ort: Ort): 'node' | 'web' | undefined {
  const build = 'listSupportedBackends' in ort ? 'node' : 'web'
  return ort.env.versions[build] ? build : undefined
}

function queueOf({ InferenceSession }: Ort): Queue {
  const queue = queues.get(InferenceSession) ?? new Queue()
  queues.set(InferenceSession, queue)
  return queue
}

/** The name of a provider. */
export function providerName(provider: OnnxProvider): string {
  return typeof provider === 'string' ? provider : provider?.name
}

function expectVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  throw new BackendError({
    backend: 'onnx',
    problem: `ONNX Runtime ${version} is too old`,
    hint: `install ${oldest.join('.')} or newer`,
  })
}

function expectProviders(build: 'node' | 'web', providers: readonly OnnxProvider[]): void {
  if (!Array.isArray(providers) || !providers.every((each) => typeof providerName(each) === 'string')) {
    throw new OptionError({
      option: 'providers',
      problem: 'it is no list of names, or of objects with a name',
      hint: `for example providers: ['${build === 'node' ? 'cpu' : 'wasm'}']`,
    })
  }
  if (providers.length === 0) {
    throw new OptionError({
      option: 'providers',
      problem: 'the list is empty',
      hint: 'leave it out for the default',
    })
  }
  // The list of onnxruntime-node depends on the platform and on what is installed: the first session will tell.
  if (build === 'node') return
  const unknown = providers.map(providerName).find((name) => !webProviders.includes(name))
  if (unknown === undefined) return
  throw new OptionError({
    option: 'providers',
    problem: `onnxruntime-web has no provider '${unknown}' that runs these graphs`,
    hint: `use one of ${webProviders.join(', ')}`,
  })
}
