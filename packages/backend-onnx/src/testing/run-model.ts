import type { HostArray, Kind } from '@dragoman/core/backend'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { WrittenModel } from '../model/index.ts'

const elements = { float: Float32Array, int: Int32Array, bool: Uint8Array } as const
const types = { float: 'float32', int: 'int32', bool: 'bool' } as const

/** What a model gives in onnxruntime-node, by the names of the graph: the model alone, without our backend. */
export async function runModel(
  model: WrittenModel,
  inputs: Readonly<Record<string, HostArray>>,
): Promise<Record<string, { kind: Kind; shape: readonly number[]; data: number[] }>> {
  const session = await InferenceSession.create(model.bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 })
  try {
    const feeds = model.inputs.map(({ name, onnxName, kind }) => {
      const { shape, data } = inputs[name]!
      return [onnxName, new Tensor(types[kind], elements[kind].from(data), shape)] as const
    })
    const results = await session.run(Object.fromEntries(feeds))
    const arrays = model.outputs.map(({ name, onnxName, kind }) => {
      const { dims, data } = results[onnxName]!
      return [name, { kind, shape: dims, data: Array.from(data as Float32Array, Number) }] as const
    })
    return Object.fromEntries(arrays)
  } finally {
    await session.release()
  }
}
