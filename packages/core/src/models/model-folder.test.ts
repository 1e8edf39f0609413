import { describe, expect, test } from 'vitest'
import type { Backend } from '../backend/contract.ts'
import { reference } from '../backend/reference/reference.ts'
import { DataError, FormatError, StorageError } from '../errors.ts'
import type { FileStore } from '../storage/index.ts'
import { memoryStore, writeSafetensors } from '../storage/index.ts'
import { hookedBackend } from '../testing/hooked-backend.ts'
import { buildTokenizer } from '../text/index.ts'
import { encodeWeights, loadModel, readWeights, saveModel } from './model-folder.ts'
import type { Seq2Seq } from './seq2seq.ts'
import { createSeq2Seq } from './seq2seq.ts'

function model(cell: string, letters: string, seed = 1, backend: Backend = reference()): Seq2Seq {
  const layer = { type: 'rnn', cell, embeddingSize: 3, hiddenSize: 4 }
  const tokenizer = buildTokenizer([letters], { type: 'char' })
  return createSeq2Seq(
    {
      config: { version: 1, encoder: layer, decoder: layer },
      tokenizers: { source: tokenizer, target: tokenizer },
      backend,
    },
    { seed },
  )
}

/** The store as it is after each write or removal that `act` does. */
async function states(start: FileStore, act: (store: FileStore) => Promise<void>): Promise<FileStore[]> {
  const copy = async () => {
    const files: Record<string, Uint8Array> = {}
    for (const path of await start.list()) files[path] = (await start.read(path))!
    return memoryStore(files)
  }
  const seen: FileStore[] = [await copy()]
  const keep = async (change: Promise<void>) => {
    await change
    seen.push(await copy())
  }
  await act({
    read: (path) => start.read(path),
    list: (prefix) => start.list(prefix),
    write: (path, bytes) => keep(start.write(path, bytes)),
    remove: (path) => keep(start.remove(path)),
  })
  return seen
}

/** The same store, which gives files as a whole only. */
function whole({ open: _, ...store }: FileStore): FileStore {
  return store
}

const ways: [string, (store: FileStore) => FileStore][] = [
  ['in parts', (store) => store],
  ['whole', whole],
]

const bytesOf = async (seq2seq: Seq2Seq) => encodeWeights(await seq2seq.weights())

test.each(ways)(
  'a model that was saved and loaded %s is the same to the bit of float32',
  async (_, seenAs) => {
    const store = seenAs(memoryStore())
    const saved = model('lstm', 'abc')
    await saveModel(saved, store)
    expect(await store.list()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json'])
    const loaded = await loadModel(store, reference())
    expect(loaded.config).toEqual(saved.config)
    expect(loaded.tokenizers.source.encode('cab')).toEqual(saved.tokenizers.source.encode('cab'))
    expect(await bytesOf(loaded)).toEqual(await bytesOf(saved))
    const again = memoryStore()
    await saveModel(loaded, again)
    for (const path of await store.list()) expect(await again.read(path)).toEqual(await store.read(path))
  },
)

describe('a crash at any moment of a save', () => {
  test('over the same model leaves the old weights or the new', async () => {
    const store = memoryStore()
    const [old, now] = [model('gru', 'abc', 1), model('gru', 'abc', 2)]
    await saveModel(old, store)
    const seen = await states(store, (each) => saveModel(now, each))
    const allowed = [await bytesOf(old), await bytesOf(now)]
    for (const state of seen) {
      expect(allowed).toContainEqual(await bytesOf(await loadModel(state, reference())))
    }
    // The description is the same, so that only the weights are written.
    expect(seen).toHaveLength(2)
  })

  // The first pair has weights of the same shapes: a mixture would load, and compute something else.
  test.each([
    ['gru', 'abc', 'gru-reset-before', 'abc'],
    ['gru', 'abc', 'gru', 'bca'],
    ['gru', 'abc', 'lstm', 'abcd'],
  ])(
    'over another model (%s %s, then %s %s) never leaves a mixture',
    async (cell, letters, otherCell, others) => {
      const store = memoryStore()
      const [old, now] = [model(cell, letters, 1), model(otherCell, others, 2)]
      await saveModel(old, store)
      const seen = await states(store, (each) => saveModel(now, each))
      for (const [i, state] of seen.entries()) {
        const loading = loadModel(state, reference())
        if (i > 0 && i < seen.length - 1) {
          await expect(loading).rejects.toThrow(StorageError)
          await expect(loading).rejects.toThrow('model.safetensors')
          continue
        }
        const expected = i === 0 ? old : now
        const loaded = await loading
        expect(loaded.config).toEqual(expected.config)
        expect(await bytesOf(loaded)).toEqual(await bytesOf(expected))
      }
    },
  )
})

describe.each(ways)('a folder that is broken is refused by name, read %s', (_, seenAs) => {
  const folder = async () => {
    const store = seenAs(memoryStore())
    await saveModel(model('gru', 'abc'), store)
    return store
  }
  test.each(['config.json', 'tokenizer.json', 'model.safetensors'])('no %s', async (path) => {
    const store = await folder()
    await store.remove(path)
    await expect(loadModel(store, reference())).rejects.toThrow(StorageError)
    await expect(loadModel(store, reference())).rejects.toThrow(path)
  })

  test.each(['config.json', 'tokenizer.json', 'model.safetensors'])('%s cut off', async (path) => {
    const store = await folder()
    const bytes = (await store.read(path))!
    await store.write(path, bytes.slice(0, bytes.length / 2))
    await expect(loadModel(store, reference())).rejects.toThrow(FormatError)
    await expect(loadModel(store, reference())).rejects.toThrow(path)
  })

  test.each([0, 4, 8, 40])('weights cut off after %i bytes', async (length) => {
    const store = await folder()
    await store.write('model.safetensors', (await store.read('model.safetensors'))!.slice(0, length))
    await expect(loadModel(store, reference())).rejects.toThrow(/model\.safetensors.*cut off/s)
  })

  test('weights that are no floats', async () => {
    const store = await folder()
    const tensors = new Map([['a', { dtype: 'I32', shape: [1], data: Int32Array.of(1) } as const]])
    await store.write('model.safetensors', writeSafetensors(tensors))
    await expect(loadModel(store, reference())).rejects.toThrow("'a' is I32; weights are floats")
  })

  test('weights of another model, and none of them is taken', async () => {
    const store = await folder()
    const other = memoryStore()
    await saveModel(model('lstm', 'abc'), other)
    await store.write('model.safetensors', (await other.read('model.safetensors'))!)
    const backend = reference()
    await expect(loadModel(store, backend)).rejects.toThrow(DataError)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})

test('a backend that is full gets back what it gave', async () => {
  const store = memoryStore()
  await saveModel(model('gru', 'abc'), store)
  const failing = () => {
    let uploads = 0
    return hookedBackend(reference(), () => {
      if (++uploads === 4) throw new Error('out of memory')
    })
  }
  const [first, second] = [failing(), failing()]
  expect(() => model('gru', 'abc', 1, first)).toThrow('out of memory')
  await expect(loadModel(store, second)).rejects.toThrow('out of memory')
  expect([first.live().arrays, second.live().arrays]).toEqual([0, 0])
})

test('weights are float32 in a file, or exact on request', async () => {
  const weights = new Map([['a', { kind: 'float' as const, shape: [1], data: Float64Array.of(0.1) }]])
  const store = memoryStore()
  await store.write('rounded', encodeWeights(weights))
  await store.write('exact', encodeWeights(weights, { exact: true }))
  expect((await readWeights(store, 'rounded')).get('a')!.data).toEqual(Float32Array.of(0.1))
  expect((await readWeights(store, 'exact')).get('a')!.data).toEqual(Float64Array.of(0.1))
})
