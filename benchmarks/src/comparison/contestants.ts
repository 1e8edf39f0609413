import { fileURLToPath } from 'node:url'
import type { Group } from '../workloads/names.ts'
import type { Command } from './child.ts'

/** Who takes part, as data. */
export interface Contestant {
  /** On the command line and in results. */
  readonly id: string
  /** In tables. */
  readonly name: string
  readonly kind: 'ours' | 'peer' | 'limit'
  /** As `serve` knows it; `pytorch` is a Python of its own, `chromium` a page. */
  readonly side: 'dragoman' | 'tfjs' | 'onnx' | 'jax-js' | 'limits' | 'pytorch' | 'chromium'
  readonly engine: string
  readonly threads: number
  /** The contestant that runs the same on the same engine without this library. */
  readonly byHand?: string
  /** All groups where it is left out. */
  readonly groups?: readonly Group[]
}

/** Held to AVX2, as most machines of today are; MKL need not follow on processors that are not Intel's. */
const avx2 = {
  ATEN_CPU_CAPABILITY: 'avx2',
  ONEDNN_MAX_CPU_ISA: 'AVX2',
  MKL_ENABLE_INSTRUCTIONS: 'AVX2',
}

const ours = (id: string, name: string, engine: string, more: Partial<Contestant> = {}): Contestant => ({
  id,
  name: `Dragoman, ${name}`,
  kind: 'ours',
  side: 'dragoman',
  engine,
  threads: 1,
  ...more,
})
const peer = (id: string, name: string, side: Contestant['side'], engine: string): Contestant => ({
  id,
  name,
  kind: 'peer',
  side,
  engine,
  threads: 1,
})

/** Everyone, in the order of the tables. Each has one thread but where its name says two. */
export const contestants: readonly Contestant[] = [
  ours('cpu', 'cpu', 'cpu'),
  ours('cpu-2', 'cpu, 2 threads', 'cpu', { threads: 2 }),
  ours('cpu-simd', 'cpu, plain SIMD', 'cpu-simd', { groups: ['gemm'] }),
  ours('chromium-cpu', 'cpu in Chromium', 'cpu', { side: 'chromium' }),
  ours('chromium-cpu-2', 'cpu in Chromium, 2 threads', 'cpu', { side: 'chromium', threads: 2 }),
  ours('tfjs-wasm', 'tfjs-wasm', 'tfjs-wasm', { byHand: 'hand-tfjs-wasm' }),
  ours('onnx-wasm', 'onnx-wasm', 'onnx-wasm', { byHand: 'hand-onnx-wasm' }),
  ours('onnx-node', 'onnx-node', 'onnx-node', { byHand: 'hand-onnx-node' }),
  peer('hand-tfjs-wasm', 'TensorFlow.js by hand, wasm', 'tfjs', 'tfjs-wasm'),
  peer('hand-onnx-wasm', 'onnxruntime-web by hand', 'onnx', 'onnx-wasm'),
  peer('hand-onnx-node', 'onnxruntime-node by hand', 'onnx', 'onnx-node'),
  peer('jax-js', 'jax-js', 'jax-js', 'wasm'),
  peer('pytorch', 'PyTorch', 'pytorch', 'as it comes'),
  peer('pytorch-avx2', 'PyTorch, held to AVX2', 'pytorch', 'avx2'),
  ...[true, false].map(
    (isRelaxed): Contestant => ({
      id: isRelaxed ? 'limit-relaxed' : 'limit-simd',
      name: isRelaxed ? 'limit of WebAssembly, relaxed SIMD' : 'limit of WebAssembly, plain SIMD',
      kind: 'limit',
      side: 'limits',
      engine: isRelaxed ? 'relaxed' : 'simd',
      threads: 1,
      groups: ['gemm'],
    }),
  ),
]

/** The contestant with an id. @throws Error when there is none. */
export function contestantOf(id: string): Contestant {
  const found = contestants.find((each) => each.id === id)
  if (!found) {
    throw new Error(`there is no contestant '${id}'; known: ${contestants.map((each) => each.id).join(', ')}`)
  }
  return found
}

/** What processes are started with. */
export interface Host {
  /** The Node that runs contestants, and the flags that it needs. */
  readonly node: string
  readonly nodeFlags: readonly string[]
  /** A Python with PyTorch and onnx; without it those that need one do not take part. */
  readonly python: string | undefined
  /** A Chromium; without it none of its pages take part. */
  readonly chromium: string | undefined
}

/** Whether one can take part in a group: ONNX graphs are written by Python too. */
export function takesPart({ side, groups }: Contestant, group: Group, { python, chromium }: Host): boolean {
  if (groups && !groups.includes(group)) return false
  if (side === 'chromium') return chromium !== undefined
  return python !== undefined || (side !== 'pytorch' && side !== 'onnx')
}

/** How one is started for a group. @param folder where the graphs of the group are. */
export function commandOf(
  { side, engine, threads }: Contestant,
  group: Group,
  folder: string,
  { node, nodeFlags, python }: Host,
): Command {
  if (side === 'pytorch') {
    const script = fileURLToPath(new URL('../python/serve.py', import.meta.url))
    return {
      file: python!,
      args: [script, group, `${threads}`],
      environment: engine === 'avx2' ? avx2 : {},
    }
  }
  const serve = fileURLToPath(new URL('./serve.js', import.meta.url))
  return { file: node, args: [...nodeFlags, serve, side, engine, `${threads}`, group, folder] }
}
