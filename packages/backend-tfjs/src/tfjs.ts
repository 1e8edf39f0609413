import { type Backend, eagerBackend, OptionError } from '@dragoman/core/backend'
import { checkedBackend } from './checked-backend.ts'
import { engineOf } from './engine.ts'
import { openDevice, openInTurn } from './open-device.ts'
import type { TensorFlow } from './tensorflow.ts'
import { probeTraits } from './traits.ts'

/** What {@link tfjs} takes. */
export interface TfjsOptions {
  /** The module `@tensorflow/tfjs-core` or `@tensorflow/tfjs`, as the caller loaded it. */
  readonly tf: TensorFlow
  /** Which registered backend of TensorFlow.js; by default the one that is current. */
  readonly backend?: string
}

/**
 * A backend that runs on TensorFlow.js: on its cpu, wasm, webgl, webgpu or node backend, whichever the caller
 * registered. It launches kernels and never uses tapes, variables or layers of TensorFlow.js.
 *
 *   import * as tf from '@tensorflow/tfjs-core'
 *   import '@tensorflow/tfjs-backend-wasm'
 *   await tf.setBackend('wasm')
 *   const backend = await tfjs({ tf })
 *
 * Which backend of TensorFlow.js is current is global: each run makes its own the current one, and then the one
 * that was current before.
 *
 * @throws OptionError when tf is no TensorFlow.js of version 4.22 or a later 4, when no backend, or not the one
 *   that is asked for, is registered or starts, for a flag of TensorFlow.js with which numbers are wrong, or for an
 *   unknown option.
 */
export async function tfjs(options: TfjsOptions): Promise<Backend> {
  const { tf, backend, ...rest } = options
  expectNothing(rest)
  return openInTurn(tf, async () => {
    const device = await openDevice(tf, backend)
    const traits = await probeTraits(device)
    return checkedBackend(eagerBackend(engineOf(device, traits)), device, traits)
  })
}

function expectNothing(rest: object): void {
  const [unknown] = Object.keys(rest)
  if (unknown === undefined) return
  throw new OptionError({
    option: unknown,
    problem: 'tfjs has no such option',
    hint: 'the options are tf and backend; what concerns a backend of TensorFlow.js is set on it before',
  })
}
