import {
  type GenerateOptions,
  generate,
  OptionError,
  readGenerationConfig,
  type Seq2Seq,
  withGenerationDefaults,
} from '@dragoman/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from './main.ts'
import { inFolder } from './model-folder.ts'
import { finiteNumber, positiveNumber, wholeNumber } from './option-parsers.ts'
import { diskStore } from './storage/disk-store.ts'
import { UsageError } from './usage-error.ts'

/** Adds the options of search that `generate` and `evaluate` share, under the names that core gives them. */
export function addDecodingOptions(command: Command): Command {
  command
    .option('--beams <N>', 'beam search with N hypotheses', wholeNumber(1))
    .option('--length-penalty <P>', 'with --beams: score = log p / length^P', finiteNumber)
    .addOption(
      new Option('--length-penalty-kind <KIND>', 'with --beams: how a length counts').choices([
        'average',
        'wu',
      ]),
    )
    .option('--coverage-penalty <B>', 'with --beams: look at all of the source', finiteNumber)
    .option('--early-stopping <WHEN>', 'with --beams: true, false or never', earlyStopping)
    .option('--patience <P>', 'with --beams: stop after P times as many finished ones', positiveNumber)
    .option('--beam-groups <N>', 'with --beams: N groups that differ', wholeNumber(2))
    .option('--diversity-penalty <P>', 'with --beam-groups: how much they differ', positiveNumber)
    .option('--must-contain <TEXT>', 'with --beams: a text that must occur; may be repeated', collect)
    .option('--min-length <N>', 'least tokens of a target', wholeNumber(0))
    .option('--max-length <N>', 'most tokens of a target, its end counted', wholeNumber(1))
    .option('--repetition-penalty <P>', 'above 1: what was written comes again less', positiveNumber)
    .addOption(noRepeatNgramSize())
    .option('--target-prefix <TEXT>', 'how each target begins')
    .option('--suppress-tokens <TOKEN>', 'a token that is never written; may be repeated', collect)
    .option('--replace-unknown', 'the source token that was looked at in place of <unk>')
  return command
}

/** Commander takes a name that begins with `--no-` for the opposite of another flag; this one is none. */
function noRepeatNgramSize(): Option {
  const option = new Option('--no-repeat-ngram-size <N>', 'no run of N tokens twice')
  option.negate = false
  return option.argParser(wholeNumber(1))
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function earlyStopping(text: string): boolean | 'never' {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'never') return text
  throw new InvalidArgumentError('It must be true, false or never.')
}

/**
 * What the command line asks, with the defaults of a model folder for the rest.
 *
 * @throws UsageError for options that contradict each other or the model, before any line is read.
 */
export async function decodingOptions(
  seq2seq: Seq2Seq,
  folder: string,
  asked: GenerateOptions,
  { environment }: CommandContext,
): Promise<GenerateOptions> {
  const store = diskStore(folder, environment.disk)
  const defaults = await inFolder(folder, () => readGenerationConfig(store))
  const options = withGenerationDefaults(defaults, asked)
  try {
    await generate(seq2seq, [], options)
  } catch (error) {
    if (!OptionError.isInstance(error)) throw error
    const { option, problem, hint } = error
    throw new UsageError({ option: flagOf(option), problem, ...(hint === undefined ? {} : { hint }) })
  }
  return options
}

/** The flag of an option of core: `topK` is `--top-k`. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
