import { OptionError } from '@dragoman/core/backend'
import { Device } from './device.ts'
import { expectTrustedFlags } from './flags.ts'
import type { TensorFlow } from './tensorflow.ts'

const hint = "import * as tf from '@tensorflow/tfjs-core', then pass it: tfjs({ tf })"

/**
 * The backend of TensorFlow.js that is asked for, or the current one, started.
 *
 * @throws OptionError when there is none, or it is set up to give wrong numbers.
 */
export async function openDevice(tf: TensorFlow, backend: string | undefined): Promise<Device> {
  const registered = Object.keys(tf.engine().registryFactory)
  if (registered.length === 0) {
    throw new OptionError({
      option: 'tf',
      problem: 'TensorFlow.js has no backend registered',
      hint: "import '@tensorflow/tfjs-backend-wasm' (or -cpu, -webgl, -webgpu) before, from the same copy of tfjs-core",
    })
  }
  const name = backend === undefined ? await currentBackend(tf) : await start(tf, backend, registered)
  expectTrustedFlags(tf, name)
  return new Device(tf, name)
}

/** Openings under way, by the engine of TensorFlow.js, of which a process may have several. */
const openings = new WeakMap<object, Promise<unknown>>()

/**
 * Opens after all openings before: each makes a backend the current one for a while, which is global, and must find
 * the one that the caller had made current.
 *
 * @throws OptionError when tf is no TensorFlow.js that is supported.
 */
export async function openInTurn<T>(tf: TensorFlow, open: () => Promise<T>): Promise<T> {
  expectTensorFlow(tf)
  const engine = tf.engine()
  const opened = (openings.get(engine) ?? Promise.resolve()).then(open)
  openings.set(
    engine,
    opened.catch(() => undefined),
  )
  return opened
}

function expectTensorFlow(tf: TensorFlow): void {
  const given = tf as Partial<TensorFlow> | null | undefined
  const isModule = typeof given?.engine === 'function' && typeof given.getKernelsForBackend === 'function'
  if (!given || !isModule) {
    throw new OptionError({ option: 'tf', problem: 'it is not the module TensorFlow.js', hint })
  }
  const version = String(given.version_core)
  const [major, minor] = version.split('.').map(Number)
  if (major !== 4 || !(minor! >= 22)) {
    throw new OptionError({
      option: 'tf',
      problem: `TensorFlow.js ${version} is not supported`,
      hint: 'install @tensorflow/tfjs-core 4.22 or a later 4',
    })
  }
}

async function currentBackend(tf: TensorFlow): Promise<string> {
  try {
    await tf.ready()
  } catch (cause) {
    const problem = `no backend of TensorFlow.js starts: ${messageOf(cause)}`
    throw new OptionError({ option: 'tf', problem })
  }
  return tf.getBackend()
}

async function start(tf: TensorFlow, name: string, registered: readonly string[]): Promise<string> {
  if (!registered.includes(name)) {
    throw new OptionError({
      option: 'backend',
      problem: `TensorFlow.js has no backend '${name}' registered`,
      hint: `registered are: ${registered.join(', ')}; import '@tensorflow/tfjs-backend-${name}' before`,
    })
  }
  const current = tf.getBackend()
  let cause: unknown
  const isRunning = await tf.setBackend(name).catch((error: unknown) => {
    cause = error
    return false
  })
  if (current && current !== name) await tf.setBackend(current)
  if (isRunning) return name
  throw new OptionError({
    option: 'backend',
    problem: `the backend '${name}' of TensorFlow.js does not start${cause ? `: ${messageOf(cause)}` : ''}`,
    hint: 'the console says why; for wasm in Node, leave threads off and set the path of its files with setWasmPaths',
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
