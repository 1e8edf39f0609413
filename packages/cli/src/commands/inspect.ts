import { readFile, stat } from 'node:fs/promises'
import {
  countParameters,
  createModel,
  type Model,
  type ModelConfig,
  tokenizersFromJson,
} from '@dragoman/core'
import { Command } from 'commander'
import { describeArchitecture } from '../architecture.ts'
import type { CommandContext } from '../main.ts'
import { expectModel, inFolder } from '../model-folder.ts'
import { asStorageError } from '../storage/disk-error.ts'
import { diskStore } from '../storage/disk-store.ts'
import { parseJson, readModelJson } from '../training/config-file.ts'

interface Inspected {
  readonly model: Model
  /** How each side is cut into tokens; unknown for a configuration alone. */
  readonly tokenizers?: { readonly source: string; readonly target: string }
}

/** `dragoman inspect`: what a model is made of. */
export function inspectCommand(context: CommandContext): Command {
  return new Command('inspect')
    .description('show architecture, parameters and vocabulary of a model')
    .argument('<DIR|CONFIG.json>', 'a model folder, or a model configuration with vocabulary sizes')
    .option('--json', 'one JSON line')
    .action(async (path: string, { json = false }: { json?: boolean }) => {
      const inspected = (await isFolder(path)) ? await readFolder(path, context) : await readConfig(path)
      const lines = json ? [JSON.stringify(summaryOf(inspected))] : describe(inspected)
      for (const line of lines) await context.terminal.print(line)
    })
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw asStorageError(path, error)
  }
}

async function readFolder(folder: string, { environment }: CommandContext): Promise<Inspected> {
  await expectModel(folder, environment)
  const store = diskStore(folder, environment.disk)
  const json = async (path: string): Promise<unknown> =>
    parseJson(new TextDecoder().decode((await store.read(path)) ?? new Uint8Array()))
  const model = await inFolder(`${folder}/config.json`, async () => createModel(await json('config.json')))
  const { source, target } = await inFolder(`${folder}/tokenizer.json`, async () =>
    tokenizersFromJson(await json('tokenizer.json')),
  )
  return { model, tokenizers: { source: source.type, target: target.type } }
}

async function readConfig(path: string): Promise<Inspected> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw asStorageError(path, error)
  })
  return inFolder(path, () => ({ model: createModel(readModelJson(text)) }))
}

function summaryOf({ model, tokenizers }: Inspected): object {
  const { sourceVocabularySize, targetVocabularySize } = model.config
  const side = (size: number, tokens: string | undefined) => (tokens ? { size, tokens } : { size })
  return {
    parameters: countParameters(model.parameters),
    vocabulary: {
      source: side(sourceVocabularySize, tokenizers?.source),
      target: side(targetVocabularySize, tokenizers?.target),
    },
    config: model.config,
  }
}

function describe({ model, tokenizers }: Inspected): string[] {
  const { total, parts } = countParameters(model.parameters)
  const rows = [...Object.entries(parts), ['total', total] as const]
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const numbers = rows.map(([, count]) => count.toLocaleString('en'))
  const numberWidth = Math.max(...numbers.map((number) => number.length))
  return [
    ...describeArchitecture(model.config),
    `vocabulary  ${describeVocabulary(model.config, tokenizers)}`,
    '',
    'parameters',
    ...rows.map(([name], i) => `  ${name.padEnd(nameWidth)}  ${numbers[i]!.padStart(numberWidth)}`),
  ]
}

function describeVocabulary(config: ModelConfig, tokenizers: Inspected['tokenizers']): string {
  const side = (name: 'source' | 'target') => {
    if (name === 'source' && config.encoder.input?.type === 'frames') return 'source frames'
    const size = config[`${name}VocabularySize`].toLocaleString('en')
    return `${name} ${size} tokens${tokenizers ? ` (${tokenizers[name]})` : ''}`
  }
  return `${side('source')}, ${side('target')}`
}
