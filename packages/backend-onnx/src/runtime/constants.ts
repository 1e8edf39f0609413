import type { Graph, HostArray, HostData } from '@dragoman/core/backend'
import type { OnnxArray } from './onnx-array.ts'
import type { OrtTensor } from './ort.ts'

/** An input of one run. */
export interface Given {
  readonly tensor: OrtTensor
  /** Where it is a device array. */
  readonly array: OnnxArray | undefined
}

/** A model is one protobuf message, which has 2 GiB at most; some of it is left to the nodes. */
const mostBytes = 2 ** 31 - 2 ** 26

/** The inputs whose values a session holds itself, told by the identity of their arrays. */
export class Constants {
  /** Which inputs of the graph they are. */
  readonly slots: readonly number[]
  /** Bytes of what is built in. */
  bytes = 0
  private readonly graph: Graph
  private readonly builtIn = new Map<number, OnnxArray>()
  /** What did not fit into a model and stays an input. */
  private readonly leftOut = new Set<number>()

  constructor(graph: Graph, names: readonly string[]) {
    this.graph = graph
    this.slots = graph.inputs.flatMap(({ name }, slot) => (names.includes(name) ? [slot] : []))
  }

  /** Whether the session holds the values of this run. */
  hold(given: readonly Given[]): boolean {
    for (const slot of this.slots) {
      if (given[slot]!.array !== this.builtIn.get(slot) && !this.leftOut.has(slot)) return false
    }
    return true
  }

  /** Takes the device arrays of a run; a host array may change without notice, and stays an input. */
  async take(given: readonly Given[]): Promise<Record<string, HostArray>> {
    const values: Record<string, HostArray> = {}
    this.builtIn.clear()
    this.leftOut.clear()
    this.bytes = 0
    for (const slot of this.slots) {
      const { array, tensor } = given[slot]!
      if (!array) continue
      if (this.bytes + array.bytes > mostBytes) {
        this.leftOut.add(slot)
        continue
      }
      const data = (await tensor.getData(true)) as HostData
      values[this.graph.inputs[slot]!.name] = { kind: array.kind, shape: array.shape, data }
      this.builtIn.set(slot, array)
      this.bytes += array.bytes
    }
    return values
  }
}
