import type { Backend, HostArray } from '../backend/contract.ts'
import { FormatError, StorageError } from '../errors.ts'
import type { FileStore, OpenFile, StoredTensor } from '../storage/index.ts'
import { readSafetensors, writeSafetensors } from '../storage/index.ts'
import { openSafetensors, readTensors } from '../storage/safetensors-file.ts'
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

/** Float arrays of a safetensors file, by name, to be read only. Throws FormatError, naming the file. */
export async function readWeights(store: FileStore, path: string): Promise<Map<string, HostArray>> {
  const bytes = await readFile(store, path)
  return namingFile(path, async () => {
    const weights = new Map<string, HostArray>()
    for (const [name, { dtype, shape, data }] of readSafetensors(bytes, true).tensors) {
      expectFloats(path, name, dtype)
      weights.set(name, { kind: 'float', shape, data })
    }
    return weights
  })
}

/** Gives a model its weights from a file, one after another, so that they are not in memory twice. */
async function readWeightsInto(seq2seq: Seq2Seq, path: string, file: OpenFile): Promise<void> {
  const opened = await namingFile(path, () => openSafetensors(file))
  const expected = opened.entries.map(({ name, dtype, shape }) => {
    expectFloats(path, name, dtype)
    return [name, { kind: 'float', shape }] as const
  })
  seq2seq.expectWeights(new Map(expected))
  await namingFile(path, async () => {
    for await (const [name, { shape, data }] of readTensors(opened)) {
      seq2seq.session.set(name, { kind: 'float', shape, data })
    }
  })
}

function expectFloats(path: string, name: string, dtype: string): void {
  if (['F32', 'F64', 'F16', 'BF16'].includes(dtype)) return
  throw new FormatError({ format: path, problem: `'${name}' is ${dtype}; weights are floats` })
}

/** Does what reads a file; a FormatError names the file. */
async function namingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (!FormatError.isInstance(cause) || cause.format === path) throw cause
    throw new FormatError({ format: path, problem: cause.message, cause })
  }
}

/**
 * Saves a model: configuration, tokenizers and weights. Each file is replaced at once, so that a crash
 * leaves either the old weights or the new ones. Over a model of another configuration or vocabulary,
 * the old weights go first: a crash then leaves a folder without weights, never a mixture.
 *
 * @param weights instead of those that the model has now.
 */
export async function saveModel(
  seq2seq: Seq2Seq,
  store: FileStore,
  weights?: ReadonlyMap<string, HostArray>,
): Promise<void> {
  const bytes = encodeWeights(weights ?? (await seq2seq.weights()))
  const descriptions: [string, Uint8Array][] = [
    [modelFiles.config, encodeJson(seq2seq.config)],
    [modelFiles.tokenizers, encodeJson(tokenizersToJson(seq2seq.tokenizers))],
  ]
  for (const [path, description] of descriptions) {
    if (sameBytes(await store.read(path), description)) continue
    await store.remove(modelFiles.weights)
    await store.write(path, description)
  }
  await store.write(modelFiles.weights, bytes)
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, i) => byte === b[i])
}

/**
 * Loads a model folder onto a backend.
 *
 * @throws StorageError for a missing file; FormatError, ConfigError or DataError for a broken one.
 */
export async function loadModel(store: FileStore, backend: Backend): Promise<Seq2Seq> {
  const config = await readJson(store, modelFiles.config)
  const tokenizers = tokenizersFromJson(await readJson(store, modelFiles.tokenizers))
  const path = modelFiles.weights
  const file = await store.open?.(path)
  try {
    const weights = file ?? (await readWeights(store, path))
    const seq2seq = emptySeq2Seq({ config, tokenizers, backend })
    try {
      if (weights instanceof Map) seq2seq.setWeights(weights)
      else await readWeightsInto(seq2seq, path, weights)
    } catch (error) {
      await seq2seq.dispose()
      throw error
    }
    return seq2seq
  } finally {
    await file?.close()
  }
}
