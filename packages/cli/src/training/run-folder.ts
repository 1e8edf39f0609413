import { type FileStore, FormatError, StorageError } from '@dragoman/core'
import { inFolder } from '../model-folder.ts'
import type { Disk } from '../storage/disk.ts'
import { readTrainingConfig } from './config-file.ts'
import type { TrainingConfig, TrainingConfigFile } from './training-config.ts'

/** Where the configuration of a run is kept, beside its model. */
const configPath = 'training_config.json'
const generationPath = 'generation_config.json'

/** What a folder holds of an earlier run. */
export interface EarlierRun {
  readonly hasCheckpoint: boolean
  readonly config: TrainingConfigFile | undefined
}

/**
 * Looks at the folder that a run is to be saved in.
 *
 * @throws StorageError when there is a model that would be lost.
 */
export async function openRunFolder(
  folder: string,
  store: FileStore,
  { resume }: { readonly resume: boolean },
): Promise<EarlierRun> {
  const files = await store.list()
  const hasCheckpoint = files.includes('trainer/latest.json')
  const hasModel = ['config.json', 'model.safetensors'].some((name) => files.includes(name))
  if (hasCheckpoint && !resume) {
    refuse(folder, 'there is a training run here', '--resume goes on with it; or choose another --out')
  }
  if (hasModel && !hasCheckpoint) {
    const problem = `there is a model here${resume ? ', but no checkpoint to go on from' : ''}`
    refuse(folder, problem, 'choose another --out, or remove the folder')
  }
  const bytes = resume ? await store.read(configPath) : undefined
  const config = bytes && (await inFolder(`${folder}/${configPath}`, () => readTrainingConfig(decode(bytes))))
  return { hasCheckpoint, config }
}

function refuse(path: string, problem: string, hint: string): never {
  throw new StorageError({ path, problem, hint })
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Keeps the configuration; the first thing written, so that a folder that cannot be written is told early. */
export async function saveTrainingConfig(store: FileStore, config: TrainingConfig): Promise<void> {
  await store.write(configPath, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`))
}

/** Removes what was written of a run that ended before its first checkpoint: the configuration, and the folder. */
export async function removeUnusedRun(folder: string, store: FileStore, disk: Disk): Promise<void> {
  const files = await store.list()
  if (files.some((path) => path !== configPath && path !== generationPath)) return
  for (const path of files) await store.remove(path)
  await disk.rmdir(folder)
}

/** Throws FormatError when a run is to go on with other tokens than it began with; core compares the rest. */
export function expectSameTokens(folder: string, earlier: TrainingConfigFile, now: TrainingConfig): void {
  if (JSON.stringify(earlier.tokenizers) === JSON.stringify(now.tokenizers)) return
  throw new FormatError({
    format: folder,
    problem: 'the run that was saved has other tokenizers',
    hint: `leave out --source-tokens and --target-tokens: ${configPath} there has them`,
  })
}
