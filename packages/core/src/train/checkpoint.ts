import type { HostArray } from '../backend/contract.ts'
import type { BatchState } from '../data/index.ts'
import { FormatError, OptionError } from '../errors.ts'
import { encodeJson, encodeWeights, readJson, readWeights } from '../models/model-folder.ts'
import type { FileStore } from '../storage/index.ts'

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
}

/** A run as it is saved. */
export interface Checkpoint {
  readonly progress: Progress
  /** What must be the same for the run to go on to the bit. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly weights: ReadonlyMap<string, HostArray>
  readonly optimizer: ReadonlyMap<string, HostArray>
  /** Weights of the best validation. */
  readonly best?: ReadonlyMap<string, HostArray>
}

/**
 * Saves a run under `trainer/`. Each checkpoint has a folder of its own, and one small file, replaced
 * last, names the newest: a crash at any moment leaves the checkpoint before it whole.
 */
export async function saveCheckpoint(store: FileStore, checkpoint: Checkpoint): Promise<void> {
  const { progress, settings, weights, optimizer, best } = checkpoint
  const folder = `trainer/step-${progress.step}`
  await store.write(`${folder}/weights.safetensors`, encodeWeights(weights, { exact: true }))
  await store.write(`${folder}/optimizer.safetensors`, encodeWeights(optimizer, { exact: true }))
  if (best) await store.write(`${folder}/best.safetensors`, encodeWeights(best, { exact: true }))
  await store.write(`${folder}/state.json`, encodeJson({ version, progress, settings }))
  await store.write(pointer, encodeJson({ version, folder }))
  for (const path of await store.list('trainer/')) {
    if (path !== pointer && !path.startsWith(`${folder}/`)) await store.remove(path)
  }
}

/** The newest checkpoint; none when nothing was saved yet. Throws FormatError for a broken one. */
export async function loadCheckpoint(store: FileStore): Promise<Checkpoint | undefined> {
  if (!(await store.read(pointer))) return undefined
  const { folder } = checkVersion(pointer, await readJson(store, pointer)) as { folder: string }
  const path = `${folder}/state.json`
  const state = checkVersion(path, await readJson(store, path)) as Pick<Checkpoint, 'progress' | 'settings'>
  const hasBest = state.progress.best !== undefined
  return {
    progress: state.progress,
    settings: state.settings,
    weights: await readWeights(store, `${folder}/weights.safetensors`),
    optimizer: await readWeights(store, `${folder}/optimizer.safetensors`),
    ...(hasBest ? { best: await readWeights(store, `${folder}/best.safetensors`) } : {}),
  }
}

function checkVersion(path: string, json: unknown): object {
  const given = (json as { version?: unknown } | null)?.version
  if (given === version) return json as object
  throw new FormatError({
    format: path,
    problem: `version ${given} is not known`,
    hint: `this package reads ${version}`,
  })
}

/** Refuses to go on with other settings than the run began with. Throws OptionError naming the first. */
export function checkSettings(
  saved: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys({ ...saved, ...now })) {
    const [before, after] = [JSON.stringify(saved[name]), JSON.stringify(now[name])]
    if (before !== after) {
      throw new OptionError({
        option: name,
        problem: `the run that was saved had ${before}, this one has ${after}`,
        hint: 'resume with the same options and data, or start anew in another folder',
      })
    }
  }
}
