import type { Gap } from '@dragoman/conformance'
import { emptyLimits, gpuIntGaps } from './known-limits.ts'

/** Columns that run in Node. */
export type NodeColumnName = 'cpu' | 'tfjs-cpu' | 'tfjs-wasm' | 'onnx-wasm' | 'onnx-node'

/** Columns that run in a page of Chromium. */
export type PageColumnName =
  | 'chromium-cpu'
  | 'chromium-cpu-isolated'
  | 'chromium-tfjs-wasm'
  | 'chromium-tfjs-webgl'
  | 'chromium-tfjs-webgpu'
  | 'chromium-onnx-wasm'
  | 'chromium-onnx-webgpu'

export type ColumnName = NodeColumnName | PageColumnName

/**
 * Cases that an engine breaks off with an error of its own, which is no UnsupportedOpError of the backend: what it
 * does not take shows only in the run. They count as gaps; a wrong number never does.
 */
export interface Limit {
  readonly reason: string
  /** Stands in what each of the cases says. */
  readonly says: string
  /** Their ids. */
  readonly cases: readonly string[]
}

interface ColumnParts {
  /** What stands in the table: the engine, and how it is set up. */
  readonly about: string
  /** What the backend refuses. */
  readonly gaps: readonly Gap[]
  /** What fails under it. */
  readonly limits: readonly Limit[]
}

export interface NodeColumn extends ColumnParts {
  readonly place: 'node'
  readonly name: NodeColumnName
  /** Where the tests of its package write their report, from the root of the repository. */
  readonly report: string
}

export interface PageColumn extends ColumnParts {
  readonly place: 'page'
  readonly name: PageColumnName
  /** The page is cross-origin isolated, which threads need. */
  readonly isolated: boolean
  /** Runs on a software adapter in place of a GPU, for many minutes: the record may be without it. See `casesOf`. */
  readonly onAdapter: boolean
}

/** One backend in one place: a column of the matrix. How it is made stands in `engines/`. */
export type Column = NodeColumn | PageColumn

/** Every column, in the order of the tables. */
export const columns: readonly Column[] = [
  inNode('cpu', 'backend-cpu', 'backend-cpu'),
  inNode('tfjs-cpu', 'backend-tfjs', 'TensorFlow.js, its cpu backend'),
  inNode('tfjs-wasm', 'backend-tfjs', 'TensorFlow.js, its wasm backend'),
  inNode('onnx-wasm', 'backend-onnx', 'onnxruntime-web, provider wasm'),
  inNode('onnx-node', 'backend-onnx', 'onnxruntime-node, provider cpu'),
  inPage('chromium-cpu', 'backend-cpu'),
  inPage('chromium-cpu-isolated', 'backend-cpu, cross-origin isolated', { isolated: true }),
  inPage('chromium-tfjs-wasm', 'TensorFlow.js, its wasm backend'),
  inPage('chromium-tfjs-webgl', 'TensorFlow.js, its webgl backend on SwiftShader', {
    onAdapter: true,
    gaps: gpuIntGaps,
  }),
  inPage('chromium-tfjs-webgpu', 'TensorFlow.js, its webgpu backend on SwiftShader', {
    onAdapter: true,
    gaps: gpuIntGaps,
  }),
  inPage('chromium-onnx-wasm', 'onnxruntime-web, provider wasm, two threads', { isolated: true }),
  inPage('chromium-onnx-webgpu', 'onnxruntime-web, provider webgpu on SwiftShader', {
    onAdapter: true,
    limits: emptyLimits,
  }),
]

function inNode(name: NodeColumnName, folder: string, about: string): NodeColumn {
  const report = `packages/${folder}/reports/conformance-${name}.json`
  return { place: 'node', name, about, report, gaps: [], limits: [] }
}

function inPage(
  name: PageColumnName,
  about: string,
  {
    isolated = false,
    onAdapter = false,
    gaps = [],
    limits = [],
  }: Partial<Pick<PageColumn, 'isolated' | 'onAdapter' | 'gaps' | 'limits'>> = {},
): PageColumn {
  return { place: 'page', name, about, isolated, onAdapter, gaps, limits }
}

/** Columns without which a record is not complete. */
export const neededColumns: readonly Column[] = columns.filter(
  (column) => column.place === 'node' || !column.onAdapter,
)

/** @throws Error for a name that is not a column. */
export function columnNamed(name: string): Column {
  const column = columns.find((each) => each.name === name)
  if (column) return column
  throw new Error(`there is no backend '${name}'\n  hint: ${columns.map((each) => each.name).join(', ')}`)
}
