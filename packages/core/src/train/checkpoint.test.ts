import { describe, expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { FormatError, NonFiniteError, OptionError, StorageError } from '../errors.ts'
import { encodeJson, loadModel } from '../models/model-folder.ts'
import type { FileStore } from '../storage/index.ts'
import { memoryStore } from '../storage/index.ts'
import { pairs, smallModel, stepsOf, trainAll, weightsOf } from '../testing/small-model.ts'
import { loadCheckpoint } from './checkpoint.ts'
import type { TrainOptions } from './options.ts'
import { sgd } from './sgd.ts'

/** A store whose operation number `at` that changes anything fails, before or after it is done. */
function failingStore(store: FileStore, at: number, when: 'before' | 'after'): FileStore & { done: number } {
  const change = async (act: () => Promise<void>) => {
    const isLast = failing.done++ === at
    if (failing.done > at + 1) throw new Error('the process is gone')
    if (isLast && when === 'before') throw new Error('power cut')
    await act()
    if (isLast) throw new Error('power cut')
  }
  const failing = {
    done: 0,
    read: (path: string) => store.read(path),
    list: (prefix?: string) => store.list(prefix),
    write: (path: string, bytes: Uint8Array) => change(() => store.write(path, bytes)),
    remove: (path: string) => change(() => store.remove(path)),
  }
  return failing
}

async function copyOf(store: FileStore): Promise<FileStore> {
  const files: Record<string, Uint8Array> = {}
  for (const path of await store.list()) files[path] = (await store.read(path))!
  return memoryStore(files)
}

const options: TrainOptions = {
  steps: 4,
  batch: { size: 3 },
  validation: { pairs: pairs.slice(0, 2), everySteps: 2 },
}

describe('a crash at any write or removal', () => {
  for (const when of ['before', 'after'] as const) {
    test(`${when} it is done leaves a checkpoint that goes on to the bit, and a model that loads`, async () => {
      const saved = memoryStore()
      await trainAll(smallModel(), { ...options, steps: 2, checkpoint: { store: saved } })
      const whole = smallModel()
      const steps = stepsOf(await trainAll(whole, options))
      const weights = await weightsOf(whole)

      // One backend for all, so that each graph is compiled once.
      const seq2seq = smallModel({ seed: 99 })
      let at = 0
      for (; ; at++) {
        const store = await copyOf(saved)
        const failing = failingStore(store, at, when)
        const run = trainAll(seq2seq, {
          ...options,
          checkpoint: { store: failing, everySteps: 1 },
          resume: true,
        })
        const isCut = await run.then(
          () => false,
          () => true,
        )
        if (!isCut) break
        expect((await loadCheckpoint(store))!.progress.step).toBeGreaterThanOrEqual(2)
        await (await loadModel(store, reference())).dispose()
        const rest = stepsOf(await trainAll(seq2seq, { ...options, checkpoint: { store }, resume: true }))
        expect(rest).toEqual(steps.slice(steps.length - rest.length))
        expect(await weightsOf(seq2seq)).toEqual(weights)
      }
      // Two checkpoints of at least six writes and four removals each.
      expect(at).toBeGreaterThanOrEqual(20)
    })
  }

  test('of a run begun anew leaves the checkpoint of the run before it whole, or the new one', async () => {
    const old = memoryStore()
    await trainAll(smallModel(), { ...options, checkpoint: { store: old } })
    const before = (await loadCheckpoint(old))!
    const expected = memoryStore()
    const anew = { ...options, seed: 5 }
    await trainAll(smallModel(), { ...anew, checkpoint: { store: expected } })
    const after = (await loadCheckpoint(expected))!
    let olds = 0
    for (let at = 0; ; at++) {
      const store = await copyOf(old)
      // One checkpoint, at the step of the old one: a folder used twice would mix them.
      const checkpoint = { store: failingStore(store, at, 'after'), everySteps: 4 }
      const isCut = await trainAll(smallModel(), { ...anew, checkpoint }).then(
        () => false,
        () => true,
      )
      const found = (await loadCheckpoint(store))!
      const isOld = found.settings.seed === before.settings.seed
      if (isOld) olds++
      expect(found).toEqual(isOld ? before : after)
      if (!isCut) break
    }
    expect(olds).toBeGreaterThanOrEqual(4)
  })
})

test('a store holds one checkpoint: those before it are removed', async () => {
  const store = memoryStore()
  await trainAll(smallModel(), { ...options, checkpoint: { store, everySteps: 1 } })
  expect(await store.list()).toEqual([
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'trainer/latest.json',
    'trainer/step-4/best.safetensors',
    'trainer/step-4/optimizer.safetensors',
    'trainer/step-4/state.json',
    'trainer/step-4/weights.safetensors',
  ])
})

test('the model folder has the best weights, as float32', async () => {
  const store = memoryStore()
  const seq2seq = smallModel()
  await trainAll(seq2seq, { ...options, checkpoint: { store } })
  const loaded = await loadModel(store, reference())
  const rounded = Object.entries(await weightsOf(seq2seq)).map(([path, data]) => [
    path,
    data.map(Math.fround),
  ])
  expect(await weightsOf(loaded)).toEqual(Object.fromEntries(rounded))
  expect(loaded.config).toEqual(seq2seq.config)
})

test('a run that is aborted before it did anything leaves what was saved alone', async () => {
  const store = memoryStore()
  await trainAll(smallModel(), { ...options, checkpoint: { store } })
  const before = await loadCheckpoint(store)
  const events = await trainAll(smallModel(), {
    ...options,
    seed: 5,
    checkpoint: { store },
    signal: AbortSignal.abort(),
  })
  expect(events).toEqual([{ type: 'end', step: 0, reason: 'aborted', weightsOfStep: 0 }])
  expect(await loadCheckpoint(store)).toEqual(before)
})

test('weights that are not finite are never saved', async () => {
  const store = memoryStore()
  const seq2seq = smallModel()
  const run = trainAll(seq2seq, { steps: 3, checkpoint: { store, everySteps: 1 } }, ({ type, step }) => {
    if (type !== 'step' || step !== 2) return
    const path = 'decoder.output.bias'
    const { shape } = seq2seq.model.parameters.find((parameter) => parameter.path === path)!
    seq2seq.session.set(path, { kind: 'float', shape, data: new Float32Array(shape[0]!).fill(Infinity) })
  })
  await expect(run).rejects.toThrow(NonFiniteError)
  await expect(run).rejects.toMatchObject({ step: 2, tensor: 'weight decoder.output.bias' })
  expect((await loadCheckpoint(store))!.progress.step).toBe(1)
})

describe('a run goes on only with what it began with', () => {
  const begun = async () => {
    const store = memoryStore()
    await trainAll(smallModel(), { ...options, steps: 1, checkpoint: { store } })
    return store
  }
  const changed: [string, TrainOptions][] = [
    ['seed', { ...options, seed: 7 }],
    ['batch.size', { ...options, batch: { size: 4 } }],
    ['accumulate', { ...options, accumulate: 2 }],
    ['optimizer.name', { ...options, optimizer: sgd() }],
    ['schedule.learningRate', { ...options, schedule: { type: 'constant', learningRate: 0.5 } }],
    ['clipNorm', { ...options, clipNorm: 2 }],
    ['clipValue', { ...options, clipValue: 2 }],
    ['labelSmoothing', { ...options, labelSmoothing: 0.1 }],
    ['scheduledSampling', { ...options, scheduledSampling: { type: 'constant', k: 0.5 } }],
    ['validation', { ...options, validation: undefined }],
    ['validation.pairs', { ...options, validation: { pairs, everySteps: 2 } }],
    ['validation.everySteps', { ...options, validation: { pairs: pairs.slice(0, 2) } }],
  ]
  test.each(changed)('%s', async (option, other) => {
    const run = trainAll(smallModel(), { ...other, checkpoint: { store: await begun() }, resume: true })
    await expect(run).rejects.toThrow(OptionError)
    await expect(run).rejects.toMatchObject({ option })
  })

  test('pairs', async () => {
    const checkpoint = { store: await begun() }
    const others = [...pairs].reverse()
    const run = trainAll(smallModel(), { ...options, checkpoint, resume: true }, undefined, others)
    await expect(run).rejects.toMatchObject({ option: 'pairs' })
  })

  test('the model, even where its weights have the same shapes', async () => {
    const checkpoint = { store: await begun() }
    const run = trainAll(smallModel({ cell: 'gru-reset-before' }), { ...options, checkpoint, resume: true })
    await expect(run).rejects.toMatchObject({ option: 'model.encoder.cell' })
  })

  test('but in any order of fields, and to another end', async () => {
    const checkpoint = { store: await begun(), everySteps: 7 }
    const schedule = { learningRate: 1e-3, type: 'constant' } as const
    const events = await trainAll(smallModel(), {
      ...options,
      steps: undefined,
      epochs: 1,
      schedule,
      checkpoint,
      resume: true,
    })
    expect(stepsOf(events).map(({ step }) => step)).toEqual([2, 3])
  })
})

describe('a broken checkpoint is refused by name', () => {
  const state = 'trainer/step-4/state.json'
  const broken: [string, string, Uint8Array | undefined, object][] = [
    ['no JSON', 'trainer/latest.json', new Uint8Array([1, 2]), FormatError],
    ['no folder', 'trainer/latest.json', encodeJson({ version: 1 }), FormatError],
    ['a later version', 'trainer/latest.json', encodeJson({ version: 2 }), FormatError],
    ['a missing file', state, undefined, StorageError],
    ['no progress', state, encodeJson({ version: 1, settings: {} }), FormatError],
    [
      'a place in the data that cannot be',
      state,
      encodeJson({
        version: 1,
        settings: {},
        progress: { step: 1, worse: 0, data: { epoch: -1, position: 0 } },
      }),
      FormatError,
    ],
    ['weights cut off', 'trainer/step-4/weights.safetensors', new Uint8Array(20), FormatError],
    ['no moments', 'trainer/step-4/optimizer.safetensors', undefined, StorageError],
  ]
  test.each(broken)('%s', async (_, path, bytes, error) => {
    const store = memoryStore()
    const seq2seq = smallModel()
    await trainAll(seq2seq, { ...options, checkpoint: { store } })
    if (bytes) await store.write(path, bytes)
    else await store.remove(path)
    const before = await weightsOf(seq2seq)
    const live = seq2seq.session.backend.live()
    const run = trainAll(seq2seq, { ...options, steps: 5, checkpoint: { store }, resume: true })
    await expect(run).rejects.toThrow(error as typeof FormatError)
    await expect(run).rejects.toThrow(path)
    expect(await weightsOf(seq2seq)).toEqual(before)
    expect(seq2seq.session.backend.live()).toEqual(live)
  })
})
