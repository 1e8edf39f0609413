import type { HostArray } from '../backend/contract.ts'
import type { BatchState } from '../data/index.ts'
import { FormatError } from '../errors.ts'
import { encodeJson, encodeWeights, readJson, readWeights } from '../models/model-folder.ts'
import type { FileStore } from '../storage/index.ts'
import type { Settings } from './settings.ts'

const version = 1
const pointer = 'trainer/latest.json'

/** What a run remembers besides weights and moments. */
export interface Progress {
  readonly step: number
  /** The next batch. */
  readonly data: BatchState
  readonly schedule: Readonly<Record<string, number>>
  /** The best validation so far. */
  readonly best?: { readonly metric: number; readonly step: number }
  /** Validations in a row that were no better. */
  readonly worse: number
  /** Checkpoints to be averaged at the end, the oldest first; this one too, unless it is out of turn. */
  readonly recent?: readonly SavedWeights[]
}

/** Weights of a checkpoint that is kept for its weights alone, once there is a newer one. */
export interface SavedWeights {
  readonly step: number
  /** Where in the store. */
  readonly folder: string
}

/** A run as it is saved. */
export interface Checkpoint {
  readonly progress: Progress
  /** What must be the same for the run to go on to the bit. */
  readonly settings: Settings
  readonly weights: ReadonlyMap<string, HostArray>
  readonly optimizer: ReadonlyMap<string, HostArray>
  /** Weights of the best validation. */
  readonly best?: ReadonlyMap<string, HostArray>
}

/**
 * Saves a run under `trainer/`. Each checkpoint has a folder of its own, and one small file, replaced
 * last, names the newest: a crash at any moment leaves the checkpoint before it whole.
 *
 * @param folder one that is free, from {@link freeFolder}.
 */
export async function saveCheckpoint(
  store: FileStore,
  folder: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const { progress, settings, weights, optimizer, best } = checkpoint
  await store.write(weightsPath(folder), encodeWeights(weights, { exact: true }))
  await store.write(`${folder}/optimizer.safetensors`, encodeWeights(optimizer, { exact: true }))
  if (best) await store.write(`${folder}/best.safetensors`, encodeWeights(best, { exact: true }))
  await store.write(`${folder}/state.json`, encodeJson({ version, progress, settings }))
  await store.write(pointer, encodeJson({ version, folder }))
  const kept = new Set([pointer, ...(progress.recent ?? []).map(({ folder }) => weightsPath(folder))])
  for (const path of await store.list('trainer/')) {
    if (!kept.has(path) && !path.startsWith(`${folder}/`)) await store.remove(path)
  }
}

function weightsPath(folder: string): string {
  return `${folder}/weights.safetensors`
}

/** The weights of a checkpoint that were kept. Throws StorageError or FormatError. */
export function loadWeights(store: FileStore, saved: SavedWeights): Promise<Map<string, HostArray>> {
  return readWeights(store, weightsPath(saved.folder))
}

/** A folder that nothing is in yet: a run begun anew, or resumed at its end, meets the same step again. */
export async function freeFolder(store: FileStore, step: number): Promise<string> {
  const paths = await store.list('trainer/')
  let folder = `trainer/step-${step}`
  while (paths.some((path) => path.startsWith(`${folder}/`))) folder += '-again'
  return folder
}

/** The newest checkpoint; none when nothing was saved yet. Throws FormatError or StorageError for a broken one. */
export async function loadCheckpoint(store: FileStore): Promise<Checkpoint | undefined> {
  if (!(await store.read(pointer))) return undefined
  const { folder } = await readVersioned(store, pointer)
  if (typeof folder !== 'string') throw new FormatError({ format: pointer, problem: 'it names no folder' })
  const path = `${folder}/state.json`
  const { progress, settings } = await readVersioned(store, path)
  if (!isProgress(progress) || typeof settings !== 'object' || settings === null) {
    throw new FormatError({ format: path, problem: 'this is not the state of a run' })
  }
  return {
    progress,
    settings: settings as Settings,
    weights: await readWeights(store, `${folder}/weights.safetensors`),
    optimizer: await readWeights(store, `${folder}/optimizer.safetensors`),
    ...(progress.best ? { best: await readWeights(store, `${folder}/best.safetensors`) } : {}),
  }
}

async function readVersioned(store: FileStore, path: string): Promise<Readonly<Record<string, unknown>>> {
  const json = (await readJson(store, path)) as Readonly<Record<string, unknown>> | null
  if (json?.version === version) return json
  throw new FormatError({
    format: path,
    problem: `version ${json?.version} is not known`,
    hint: `this package reads ${version}`,
  })
}

function isProgress(value: unknown): value is Progress {
  const { step, data, worse, schedule, best, recent = [] } = (value ?? {}) as Partial<Progress>
  const counts = [step, data?.epoch, data?.position, worse, best ? best.step : 0]
  return (
    counts.every((count) => Number.isSafeInteger(count) && count! >= 0) &&
    typeof schedule === 'object' &&
    schedule !== null &&
    (best === undefined || typeof best.metric === 'number') &&
    Array.isArray(recent) &&
    recent.every((saved) => Number.isSafeInteger(saved?.step) && typeof saved.folder === 'string')
  )
}
