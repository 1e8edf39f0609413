import { averageFolders, type FileStore, StorageError } from '@dragoman/core'
import { Command } from 'commander'
import type { CommandContext } from '../main.ts'
import { expectModel, inFolder } from '../model-folder.ts'
import { diskStore } from '../storage/disk-store.ts'

/** `dragoman average`: one model from several of one configuration. */
export function averageCommand({ environment, terminal }: CommandContext): Command {
  return new Command('average')
    .description('average the weights of models of one configuration and one vocabulary')
    .argument('<DIR...>', 'two model folders or more')
    .requiredOption('--out <DIR>', 'the folder for the model')
    .action(async (folders: readonly string[], { out }: { out: string }) => {
      for (const folder of folders) await expectModel(folder, environment)
      const stores = folders.map((folder) => diskStore(folder, environment.disk))
      const target = diskStore(out, environment.disk)
      await expectEmpty(out, target)
      await inFolder(folders.join(', '), () => averageFolders(stores, target))
      await terminal.print(`${out}: the average of ${folders.length} models`)
    })
}

async function expectEmpty(folder: string, store: FileStore): Promise<void> {
  if (!(await store.list()).some((path) => path === 'config.json' || path === 'model.safetensors')) return
  throw new StorageError({
    path: folder,
    problem: 'there is a model here',
    hint: 'choose another --out, or remove the folder',
  })
}
