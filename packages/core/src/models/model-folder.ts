import type { Backend, HostArray } from '../backend/contract.ts'
import { DragomanError, FormatError, StorageError } from '../errors.ts'
import type { FileStore, StoredTensor } from '../storage/index.ts'
import { readSafetensors, writeSafetensors } from '../storage/index.ts'
import { tokenizersFromJson, tokenizersToJson } from '../text/index.ts'
import type { Seq2Seq } from './seq2seq.ts'
import { emptySeq2Seq } from './seq2seq.ts'

/** The files of a model folder. */
export const modelFiles = {
  config: 'config.json',
  weights: 'model.safetensors',
  tokenizers: 'tokenizer.json',
  generation: 'generation_config.json',
} as const

/** Bytes of a JSON value, indented for people. */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)
}

/** A file that must be there. Throws StorageError when it is not. */
export async function readFile(store: FileStore, path: string): Promise<Uint8Array> {
  const bytes = await store.read(path)
  if (bytes) return bytes
  throw new StorageError({
    path,
    problem: 'there is no such file',
    hint: 'a model folder holds config.json, model.safetensors and tokenizer.json',
  })
}

/** A JSON file that must be there. Throws StorageError or FormatError. */
export async function readJson(store: FileStore, path: string): Promise<unknown> {
  const bytes = await readFile(store, path)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new FormatError({ format: path, problem: 'this is not JSON', cause })
  }
}

/** Weights as a safetensors file of float32, or of what they are (float64 on the reference) when `exact`. */
export function encodeWeights(
  weights: ReadonlyMap<string, HostArray>,
  { exact = false }: { readonly exact?: boolean } = {},
): Uint8Array {
  const tensors = new Map<string, StoredTensor>()
  for (const [path, { shape, data }] of weights) {
    if (exact && data instanceof Float64Array) tensors.set(path, { dtype: 'F64', shape, data })
    else
      tensors.set(path, {
        dtype: 'F32',
        shape,
        data: data instanceof Float32Array ? data : Float32Array.from(data),
      })
  }
  return writeSafetensors(tensors)
}

/** Float arrays of a safetensors file, by name. Throws FormatError, naming the file. */
export async function readWeights(store: FileStore, path: string): Promise<Map<string, HostArray>> {
  const bytes = await readFile(store, path)
  try {
    const { tensors } = readSafetensors(bytes)
    const weights = new Map<string, HostArray>()
    for (const [name, { dtype, shape, data }] of tensors) {
      if (dtype !== 'F32' && dtype !== 'F64') {
        throw new FormatError({ format: path, problem: `'${name}' is ${dtype}; weights are floats` })
      }
      weights.set(name, { kind: 'float', shape, data })
    }
    return weights
  } catch (cause) {
    if (!DragomanError.isInstance(cause) || (FormatError.isInstance(cause) && cause.format === path))
      throw cause
    throw new FormatError({ format: path, problem: cause.message, cause })
  }
}

/**
 * Saves a model: configuration, tokenizers and weights. Each file is replaced at once, the weights last,
 * so that a crash leaves either the old model or the new one.
 *
 * @param weights instead of those that the model has now.
 */
export async function saveModel(
  seq2seq: Seq2Seq,
  store: FileStore,
  weights?: ReadonlyMap<string, HostArray>,
): Promise<void> {
  const bytes = encodeWeights(weights ?? (await seq2seq.weights()))
  await store.write(modelFiles.config, encodeJson(seq2seq.config))
  await store.write(modelFiles.tokenizers, encodeJson(tokenizersToJson(seq2seq.tokenizers)))
  await store.write(modelFiles.weights, bytes)
}

/**
 * Loads a model folder onto a backend.
 *
 * @throws StorageError for a missing file; FormatError, ConfigError or DataError for a broken one.
 */
export async function loadModel(store: FileStore, backend: Backend): Promise<Seq2Seq> {
  const config = await readJson(store, modelFiles.config)
  const tokenizers = tokenizersFromJson(await readJson(store, modelFiles.tokenizers))
  const weights = await readWeights(store, modelFiles.weights)
  const seq2seq = emptySeq2Seq({ config, tokenizers, backend })
  seq2seq.setWeights(weights)
  return seq2seq
}
