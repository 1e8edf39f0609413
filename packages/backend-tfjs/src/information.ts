import type { Device } from './device.ts'
import { flagOf } from './flags.ts'
import type { Traits } from './traits.ts'

/** What a backend runs on and why, as its `info()` tells. */
export function information(device: Device, traits: Traits): Record<string, string | number | boolean> {
  const { tf, backendName } = device
  const factories = tf.engine().registryFactory
  const own = factories[backendName]?.priority ?? 0
  const passedOver = Object.keys(factories).filter((name) => factories[name]!.priority > own)
  const found: Record<string, string | number | boolean> = {
    engine: `TensorFlow.js ${tf.version_core}`,
    backend: backendName,
    registered: Object.keys(factories).join(', '),
    precision:
      flagOf(tf, 'WEBGL_RENDER_FLOAT32_ENABLED') === false && backendName === 'webgl' ? 'float16' : 'float32',
    exactInts: traits.exactInts,
    kernels: device.launched,
  }
  // TensorFlow.js takes the next backend without an error where the first does not start.
  if (passedOver.length > 0) found.passedOver = passedOver.join(', ')
  if (backendName === 'wasm') {
    found.simd = flagOf(tf, 'WASM_HAS_SIMD_SUPPORT') === true
    found.threads = flagOf(tf, 'WASM_HAS_MULTITHREAD_SUPPORT') === true
  }
  return found
}
