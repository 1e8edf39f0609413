import { OptionError } from '@dragoman/core/backend'
import type { TensorFlow } from './tensorflow.ts'

/** A flag of TensorFlow.js; undefined where it does not have it. */
export function flagOf(tf: Pick<TensorFlow, 'env'>, name: string): unknown {
  try {
    return tf.env().get(name)
  } catch {
    return undefined
  }
}

/** With it, TensorFlow.js 4.22 runs shaders that it compiled for other shapes, and some of their numbers are wrong. */
const sharedShaders = 'WEBGL_USE_SHAPES_UNIFORMS'

/** @throws OptionError for a flag with which a backend gives wrong numbers without a word. */
export function expectTrustedFlags(tf: Pick<TensorFlow, 'env'>, backendName: string): void {
  if (backendName !== 'webgl' || flagOf(tf, sharedShaders) !== true) return
  throw new OptionError({
    option: 'tf',
    problem: `its flag ${sharedShaders} is on, with which its webgl backend gives wrong numbers`,
    hint: `leave it off, as it is by default: tf.env().set('${sharedShaders}', false)`,
  })
}
