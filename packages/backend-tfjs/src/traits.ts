import type { Device } from './device.ts'
import type { TfTensor } from './tensorflow.ts'

/** In what the backends of TensorFlow.js differ, as far as kernels here have to know. */
export interface Traits {
  /** Reading a tensor at once costs next to nothing, as its memory is the host's. */
  readonly hostMemory: boolean
  /** Products of a transposed operand, and batches of small ones, run in a slow loop; a plain product is fast. */
  readonly plainMatmul: boolean
  /** Slice copies all of its operand first; GatherNd of rows does not. */
  readonly copyingSlice: boolean
  /** All but float arithmetic takes 40 times longer an element where operands broadcast. */
  readonly slowBroadcast: boolean
  /** Sum over leading axes transposes first; a product with ones does not. */
  readonly slowLeadingSum: boolean
  /** ints are 32-bit integers; otherwise floats, exact up to 2^24. */
  readonly exactInts: boolean
  /** The product of two ints wraps exactly. */
  readonly exactIntProducts: boolean
  /** The quotient of two ints truncates exactly (division by zero aside). */
  readonly exactIntQuotients: boolean
  /** Maximum and Minimum give NaN wherever either operand is NaN. */
  readonly maximumKeepsNaN: boolean
  /** Max and Min over an axis give NaN where there is one. */
  readonly reductionKeepsNaN: boolean
  /** 1 to the power of NaN is 1. */
  readonly powerOfOneIsOne: boolean
  /** Pow gives NaN for NaN, and ∞ for −∞ to the power of ∞. */
  readonly powerReachesLimits: boolean
  /** Kernels of one operand that give a number for NaN. */
  readonly losesNaN: ReadonlySet<string>
  /** Sin and Cos are right to float32, and not to 2^−11 as a GPU may have them. */
  readonly exactSine: boolean
  /** Log gives −∞ for 0. */
  readonly logReachesInfinity: boolean
  /** RealDiv gives NaN for 0 / 0 and for ∞ / ∞. */
  readonly quotientKeepsNaN: boolean
  /** Max and Min over an axis give infinities and what is near them; otherwise they end at ±1e20. */
  readonly extremesReachInfinity: boolean
  /** ArgMax gives the first of equals, along every axis. */
  readonly findsFirstLargest: boolean
  /** ScatterNd adds floats in the same order in every run; a GPU may add them as they come. */
  readonly addsInOrder: boolean
  /** Transpose, and reductions that transpose first, are right for ints and bools. */
  readonly movesInts: boolean
}

const largest = 2 ** 31 - 1

/** Kernels that a GPU may compute with the NaN lost, as its shading language allows. */
const functions = ['Exp', 'Log', 'Sqrt', 'Tanh', 'Sigmoid', 'Erf', 'Sin', 'Cos']

/** Where approximations of the sine differ from it. */
const angles = [0.5, 1, 2.5, 20, 100]

/** Finds out how the kernels of a backend behave, by running a few of them. */
export async function probeTraits(device: Device): Promise<Traits> {
  const known = functions.filter((kernelName) => device.has(kernelName))
  const found = await onDevice(device, () => runProbes(device, known))
  const [maxima, power, limits, product, quotients, sum, most, least, ...rest] = found
  const [log, quotient, first, lowest, sine, ...ofNaN] = rest
  const isWasm = device.backendName === 'wasm'
  const losesNaN = new Set(known.filter((_, i) => !Number.isNaN(ofNaN[i]![0])))
  const [infinite, ...lost] = limits!
  return {
    hostMemory: isWasm || device.backendName === 'cpu' || device.backendName === 'tensorflow',
    plainMatmul: isWasm,
    copyingSlice: isWasm,
    slowBroadcast: isWasm,
    slowLeadingSum: isWasm,
    exactInts: sum![0] === 2 ** 24 + 1,
    exactIntProducts: product![0] === 1,
    exactIntQuotients: quotients![0] === 2 ** 30 - 1 && quotients![1] === -3,
    maximumKeepsNaN: maxima!.every(Number.isNaN),
    reductionKeepsNaN: Number.isNaN(most![0]) && Number.isNaN(least![0]),
    powerOfOneIsOne: power![0] === 1,
    powerReachesLimits: infinite === Number.POSITIVE_INFINITY && lost.every(Number.isNaN),
    losesNaN,
    exactSine: sine!.every((y, i) => Math.abs(y - Math.sin(angles[i]!)) < 1e-6),
    logReachesInfinity: log![0] === Number.NEGATIVE_INFINITY,
    quotientKeepsNaN: quotient!.every(Number.isNaN),
    extremesReachInfinity: lowest![0] === Number.NEGATIVE_INFINITY,
    findsFirstLargest: first!.every((place) => place === 1),
    addsInOrder: device.backendName !== 'webgpu',
    // The shader of a transposed matrix of ints does not compile there, and nothing is thrown.
    movesInts: device.backendName !== 'webgpu',
  }
}

function runProbes(device: Device, functions: readonly string[]): TfTensor[] {
  const floats = (...data: number[]): TfTensor => device.tensor(data, [data.length], 'float')
  const ints = (...data: number[]): TfTensor => device.tensor(data, [data.length], 'int')
  const infinity = Number.POSITIVE_INFINITY
  // Two layers of ones on one of zeros.
  const layers = Array.from({ length: 60 }, (_, i) => (i < 20 ? 0 : 1))
  const most = (x: TfTensor) => device.launch('Max', { x }, { reductionIndices: [0], keepDims: false })
  return [
    device.launch('Maximum', { a: floats(1, Number.NaN), b: floats(Number.NaN, 1) }),
    device.launch('Pow', { a: floats(1), b: floats(Number.NaN) }),
    device.launch('Pow', { a: floats(-infinity, 2, Number.NaN), b: floats(infinity, Number.NaN, 2) }),
    device.launch('Multiply', { a: ints(largest), b: ints(largest) }),
    device.launch('RealDiv', { a: ints(largest, -7), b: ints(2, 2) }),
    device.launch('Add', { a: ints(2 ** 24), b: ints(1) }),
    most(floats(1, Number.NaN, 2)),
    device.launch('Min', { x: floats(1, Number.NaN, 2) }, { axis: [0], keepDims: false }),
    device.launch('Log', { x: floats(0) }),
    device.launch('RealDiv', { a: floats(0, infinity), b: floats(0, infinity) }),
    device.launch('ArgMax', { x: device.tensor(layers, [3, 4, 5], 'float') }, { axis: 0 }),
    most(floats(-infinity, -infinity)),
    device.launch('Sin', { x: floats(...angles) }),
    ...functions.map((kernelName) => device.launch(kernelName, { x: floats(Number.NaN) })),
  ]
}

/** Flags by which a GPU leaves small tensors to the CPU: probes of them would say nothing of the GPU. */
const handOver = ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD']

/** What some kernels give where the backend itself computes. */
async function onDevice(device: Device, work: () => TfTensor[]): Promise<number[][]> {
  const flags = device.tf.env()
  const isSet = (name: string): boolean => device.backendName === name.split('_')[0]!.toLowerCase()
  const changed = handOver.filter((name) => isSet(name) && flags.get(name) === true)
  for (const name of changed) flags.set(name, false)
  let tensors: TfTensor[]
  try {
    tensors = device.within(() => device.compute(work))
  } finally {
    for (const name of changed) flags.set(name, true)
  }
  const read = await Promise.all(tensors.map((tensor) => tensor.data()))
  for (const tensor of tensors) tensor.dispose()
  return read.map((data) => Array.from(data))
}
