import type { GenerateOptions } from '@dragoman/core'
import { Command } from 'commander'
import { compareBackends, comparedNames, expectBackends } from '../comparison/compare.ts'
import { describeComparison } from '../comparison/report.ts'
import { addDecodingOptions } from '../decoding-options.ts'
import { readSourcesFile } from '../input.ts'
import type { CommandContext } from '../main.ts'
import { expectModel } from '../model-folder.ts'
import { wholeNumber } from '../option-parsers.ts'

interface CompareRequest extends GenerateOptions {
  readonly input: string
  readonly backends?: readonly string[]
  readonly threads?: number
  readonly json?: boolean
}

/** `dragoman compare`: the same sources on every backend. */
export function compareCommand(context: CommandContext): Command {
  const { environment, terminal } = context
  const command = new Command('compare')
    .description('run the same sources on every backend: outputs, logits, time and memory')
    .argument('<DIR>', 'a model folder')
    .option('--input <FILE>', 'the sources, a line each; .gz too, - for standard input', '-')
    .option('--backends <LIST>', 'names with commas between; the others are compared with the first', names)
    .option('--threads <N>', 'threads that each backend works with', wholeNumber(1))
    .option('--json', 'one JSON line')
    .addHelpText(
      'after',
      `\nWithout --backends: ${comparedNames(context).join(', ')}. A row says what is missing.`,
    )
    .action(
      async (folder: string, { input, backends, threads, json = false, ...options }: CompareRequest) => {
        expectBackends(backends ?? [], context)
        await expectModel(folder, environment)
        const sources = await readSourcesFile(input, environment)
        const request = { folder, sources, options, open: { threads } }
        const comparison = await compareBackends(request, backends, context)
        for (const line of json ? [JSON.stringify(comparison)] : describeComparison(comparison)) {
          await terminal.print(line)
        }
      },
    )
  return addDecodingOptions(command)
}

function names(list: string): readonly string[] {
  return [...new Set(list.split(',').map((name) => name.trim()))]
}
