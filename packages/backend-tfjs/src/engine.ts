import type { BoundType, EagerOptions, HostArray, HostData } from '@dragoman/core/backend'
import type { Device } from './device.ts'
import { expectExactInts } from './exact-ints.ts'
import { information } from './information.ts'
import { compositeTable } from './kernels/composites.ts'
import { kernelTable } from './kernels/index.ts'
import { entryOf, stacked } from './kernels/loops.ts'
import { Ops } from './ops.ts'
import type { TfTensor } from './tensorflow.ts'
import type { Traits } from './traits.ts'

/** A backend of TensorFlow.js as core's helper for eager backends takes it. */
export function engineOf(device: Device, traits: Traits): EagerOptions<TfTensor> {
  const ops = new Ops(device, traits)
  return {
    name: `tfjs-${device.backendName}`,
    kernels: kernelTable(ops),
    composites: compositeTable(ops),
    elementBytes: { float: 4, int: 4, bool: 1 },
    info: () => information(device, traits),
    upload: (array) => upload(device, traits, array),
    read: (tensor, type) => read(ops, tensor, type),
    clone: (tensor) => device.computeOne(() => ops.share(tensor)),
    free: (tensor) => ops.free(tensor),
    entry: (x, index) => device.computeOne(() => entryOf(ops, x, index)),
    stack: (parts, output) => device.computeOne(() => stacked(ops, parts, output)),
    within: (work) => device.within(work),
    counters: () => ({ kernels: device.launched }),
  }
}

function upload(device: Device, { exactInts }: Traits, { kind, shape, data }: HostArray): TfTensor {
  if (kind === 'int' && !exactInts) expectExactInts(device, 'upload', data)
  return device.computeOne(() => device.tensor(data, shape, kind))
}

async function read(ops: Ops, tensor: TfTensor, { kind }: BoundType): Promise<HostData> {
  const { device, traits } = ops
  device.expectAlive()
  if (kind === 'float') return Float32Array.from(await tensor.data())
  if (kind === 'bool') return Uint8Array.from(await tensor.data())
  if (traits.exactInts) return Int32Array.from(await tensor.data())
  // Read as ints, floats that do not fit would wrap, and look right.
  const floats = device.within(() => device.computeOne(() => ops.share(ops.cast(tensor, 'float'))))
  const data = await floats.data()
  floats.dispose()
  expectExactInts(device, 'read', data)
  return Int32Array.from(data)
}
