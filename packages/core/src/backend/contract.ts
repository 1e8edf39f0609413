import type { Graph, Kind } from '../graph/graph.ts'
import type { CompositeName } from '../graph/ops.ts'

/** Elements of a host array by kind; bools are 0 and 1. The float64 reference reads as Float64Array. */
export type HostData = Float32Array | Float64Array | Int32Array | Uint8Array

/** A tensor in host memory, row-major. */
export interface HostArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  /** Float32Array (or Float64Array) for float, Int32Array for int, Uint8Array for bool. */
  readonly data: HostData
}

/** A tensor in a backend's memory. Its owner disposes it; a donated one is disposed by the run. */
export interface DeviceArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  /** A copy of the elements, row-major. */
  read(): Promise<HostData>
  /** Gives the memory back; again is harmless. Using the array afterwards throws BackendError. */
  dispose(): void
}

/** What a program takes, by the names of the graph's inputs. */
export type ProgramInputs = Readonly<Record<string, DeviceArray | HostArray>>

/** How one run goes. */
export interface RunOptions {
  /**
   * Inputs that the caller gives up: outputs may take over their memory, and after the run they
   * are disposed. Only device arrays can be donated. If the run fails before it starts, they stay;
   * if it fails later, they may be lost, and are then disposed.
   */
  readonly donate?: readonly string[]
  /** Checked before the run, and where a backend can during it; throws AbortError. */
  readonly signal?: AbortSignal
}

/** A compiled graph. Two runs may be asked for at once; a backend that cannot do that queues. */
export interface Program {
  /**
   * Runs the graph for one set of inputs. Symbols of its dims are bound by their sizes. Host arrays are copied before
   * this returns: the caller may write into its own while the run waits or goes on.
   *
   * @returns the outputs by name; the caller owns them.
   * @throws ShapeError when an input is missing or has another kind or shape; AbortError.
   */
  run(inputs: ProgramInputs, options?: RunOptions): Promise<Record<string, DeviceArray>>
  /** Number of nodes after lowering, and the time that compile took; a backend may add figures. */
  readonly stats: Readonly<Record<string, number>> & { readonly nodes: number; readonly compileMs: number }
  dispose(): void
}

/** What compile may be told. */
export interface CompileOptions {
  readonly signal?: AbortSignal
  /**
   * Names of inputs that keep their values over many runs, such as weights while decoding. Only a hint:
   * every run still gives all inputs. A backend may build the values of the device arrays of the first
   * run into its program, and must then notice when a later run gives another array, and build anew.
   */
  readonly constants?: readonly string[]
}

/**
 * A runtime that compiles graphs. This is all of the contract: it never hears the word gradient.
 *
 * `compile` receives graphs that hold primitives, and those composites that `composites` names; the
 * rest core has replaced by their bodies (see `lower`).
 */
export interface Backend {
  /** Version of this contract. */
  readonly specification: 1
  /** Stands in every error. */
  readonly name: string
  /** Composites that it takes whole. */
  readonly composites: ReadonlySet<CompositeName>
  /** What it runs on and why: threads, SIMD, provider. */
  info(): Readonly<Record<string, string | number | boolean>>
  /** @throws UnsupportedOpError for an op that it cannot run: here, never in `run`. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
  /** A device copy of a host array. @throws ShapeError when data and shape do not agree. */
  upload(array: HostArray): DeviceArray
  /** Arrays that are not disposed; after dispose of all it is back where it was. */
  live(): { readonly arrays: number; readonly bytes: number }
  /** Ends the backend; its arrays and programs are gone. Again is harmless. */
  dispose(): Promise<void>
}
