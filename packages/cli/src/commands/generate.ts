import {
  decodeLines,
  type Generated,
  type GenerateOptions,
  generate,
  type Seq2Seq,
  siteOf,
} from '@dragoman/core'
import { Command } from 'commander'
import { addBackendOptions, type BackendFlags } from '../backend-options.ts'
import { addDecodingOptions, decodingOptions } from '../decoding-options.ts'
import { formatResult } from '../generated-lines.ts'
import { openInput } from '../input.ts'
import { lineBatches } from '../line-batches.ts'
import type { CommandContext } from '../main.ts'
import { withModel } from '../model-folder.ts'
import { finiteNumber, positiveNumber, wholeNumber } from '../option-parsers.ts'

/** How results are shown. */
export interface OutputFormat {
  readonly nbest: number
  readonly scores: boolean
  readonly attention: boolean
  readonly json: boolean
}

interface GenerateRequest extends GenerateOptions, BackendFlags {
  readonly input: string
  readonly scores?: boolean
  readonly json?: boolean
}

// Enough for sorting by length to pay, few enough to keep memory flat.
const linesPerBatch = 256

/** `dragoman generate`: a line in, a line out. */
export function generateCommand(context: CommandContext): Command {
  const command = new Command('generate')
    .description('read sources, a line each, and write what the model makes of them')
    .argument('<DIR>', 'a model folder')
    .option('--input <FILE>', 'the sources; .gz too, - for standard input', '-')
    .option('--nbest <N>', 'N lines for each source, the best first', wholeNumber(1))
    .option('--sample', 'draw each token')
    .option('--temperature <T>', 'with --sample: below 1 sharpens, above 1 flattens', positiveNumber)
    .option('--top-k <K>', 'with --sample: from the K most likely tokens', wholeNumber(1))
    .option('--top-p <P>', 'with --sample: from the likeliest tokens with P in all', positiveNumber)
    .option('--min-p <P>', 'with --sample: from tokens with P times the best probability', finiteNumber)
    .option('--typical-p <P>', 'with --sample: from the most typical tokens with P in all', positiveNumber)
    .option('--seed <N>', 'with --sample: which draws', wholeNumber(0))
    .option('--scores', 'the score and a tab before each line')
    .option('--attention', 'a picture of where the decoder looked, under each line')
    .option('--json', 'a JSON line for each source')
    .addHelpText(
      'after',
      '\nAn empty line gives an empty line. What is left out comes from generation_config.json in DIR.',
    )
    .action(async (folder: string, { input, backend, threads, ...request }: GenerateRequest) => {
      await withModel(folder, { backend, threads }, context.environment, async (seq2seq) => {
        const { scores = false, json = false, ...asked } = request
        const options = await decodingOptions(seq2seq, folder, asked, context)
        const { nbest = 1, attention = false } = options
        const format = { nbest, scores, attention: attention !== false, json }
        await generateLines(seq2seq, input, options, format, context)
      })
    })
  return addDecodingOptions(addBackendOptions(command, context.environment))
}

async function generateLines(
  seq2seq: Seq2Seq,
  input: string,
  options: GenerateOptions,
  format: OutputFormat,
  { environment, terminal }: CommandContext,
): Promise<void> {
  const { name, chunks } = openInput(input, environment)
  let line = 0
  for await (const sources of lineBatches(decodeLines(chunks, { file: name }), linesPerBatch)) {
    const results = await generateBatch(seq2seq, sources, options, line)
    line += sources.length
    for (const [i, result] of results.entries()) {
      for (const text of formatResult(sources[i]!, result, format)) await terminal.print(text)
    }
  }
}

/** One result for each source; none for an empty line. */
async function generateBatch(
  seq2seq: Seq2Seq,
  sources: readonly string[],
  options: GenerateOptions,
  firstLine: number,
): Promise<(Generated | undefined)[]> {
  const results: (Generated | undefined)[] = sources.map(() => undefined)
  const places = [...sources.keys()].filter((i) => sources[i]!.trim() !== '')
  if (options.sample) {
    // Draws are keyed by the place in a call. A call for each line, with a seed of its own, makes them
    // independent of how lines happen to arrive.
    for (const i of places) {
      const seed = siteOf(`${options.seed ?? 0} ${firstLine + i}`)
      results[i] = (await generate(seq2seq, sources[i]!, { ...options, seed }))[0]
    }
    return results
  }
  const generated = await generate(
    seq2seq,
    places.map((i) => sources[i]!),
    options,
  )
  places.forEach((place, i) => {
    results[place] = generated[i]
  })
  return results
}
