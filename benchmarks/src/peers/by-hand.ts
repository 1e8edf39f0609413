import type { HostArray } from '@dragoman/core'
import { createModel } from '@dragoman/core'
import type { DecodingGroup, TrainingWorkload } from '../workloads/names.ts'
import { transposed } from '../workloads/products.ts'
import { initialWeights, sizes, trainingModels, transformerConfig } from '../workloads/training.ts'
import { transformers } from '../workloads/transformer-sizes.ts'
import type { PlainArray } from './plain-array.ts'

/** A matrix of this library, [outputs, inputs] as in PyTorch, the other way round; tables of tokens and vectors as they are. */
function inputsFirst(name: string, { shape, data }: HostArray): PlainArray {
  const values = data as Float32Array
  const isTable = name.includes('embedding')
  if (shape.length < 2 || isTable) return { shape: [...shape], data: values }
  const [rows, columns] = shape as [number, number]
  return { shape: [columns, rows], data: transposed(values, rows, columns) }
}

/**
 * Weights of a Transformer with a table for each side and an output layer of its own: tied ones under three names.
 * Names and shapes are those of this library.
 */
function withOwnTables(weights: ReadonlyMap<string, HostArray>): Map<string, HostArray> {
  const all = new Map(weights)
  const shared = all.get('shared.weight')
  if (!shared) return all
  all.delete('shared.weight')
  for (const name of ['encoder.embedding.weight', 'decoder.embedding.weight', 'decoder.output.weight'])
    all.set(name, shared)
  return all
}

/** Ids [B, steps] time first: [steps, B]. */
export function timeFirst(ids: Int32Array): Int32Array {
  const { batch } = sizes
  const steps = ids.length / batch
  return ids.map((_, i) => ids[(i % batch) * steps + Math.floor(i / batch)]!)
}

/** The weights with which a workload trains, as engines take them. */
export function trainingWeights(workload: TrainingWorkload): Map<string, PlainArray> {
  return arranged(initialWeights(trainingModels[workload]()))
}

/** The weights with which a group decodes, as engines take them. */
export function decodingWeights(group: DecodingGroup): Map<string, PlainArray> {
  const { vocabulary } = transformers[group]
  const sizesOf = { sourceVocabularySize: vocabulary, targetVocabularySize: vocabulary }
  const model = createModel({ ...sizesOf, ...transformerConfig(transformers[group]) })
  return arranged(withOwnTables(initialWeights(model)))
}

function arranged(weights: ReadonlyMap<string, HostArray>): Map<string, PlainArray> {
  return new Map([...weights].map(([name, value]) => [name, inputsFirst(name, value)]))
}
