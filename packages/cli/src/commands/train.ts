import { resolve } from 'node:path'
import { presetNames, SPLITTER_TYPES, type SplitterType } from '@dragoman/core'
import { Command, Option } from 'commander'
import { addBackendOptions, type BackendFlags } from '../backend-options.ts'
import type { CommandContext } from '../main.ts'
import { positiveNumber, wholeNumber } from '../option-parsers.ts'
import { cells, defaultEpochs, modelKinds } from '../training/presets.ts'
import type { TrainingFlags } from '../training/resolve-config.ts'
import { runTraining } from '../training/run-training.ts'
import { UsageError } from '../usage-error.ts'

/** The options of `dragoman train`. */
export interface TrainRequest extends TrainingFlags, BackendFlags {
  readonly out: string
  readonly valid?: string
  readonly config?: string
  readonly resume?: boolean
  readonly json?: boolean
}

/** `dragoman train`: from pairs to a model folder. */
export function trainCommand(context: CommandContext): Command {
  const command = new Command('train')
    .description('train a model on pairs of lines')
    .argument('<PAIRS>', 'source<TAB>target, UTF-8, one pair a line; .gz too, - for standard input')
    .requiredOption('--out <DIR>', 'the folder for the model')
    .option(
      '--valid <FILE>',
      'pairs to validate with, or "none" (default: a twentieth of PAIRS, at most 1,000)',
    )
    .option('--config <FILE>', 'model, tokenizers, training and generation as JSON')
    .addOption(new Option('--model <KIND>', 'kind of model (default: "rnn-attention")').choices(modelKinds))
    .addOption(new Option('--preset <NAME>', 'a published architecture').choices(presetNames))
    .addOption(new Option('--cell <CELL>', 'recurrent cell (default: "gru")').choices(cells))
    .addOption(tokensOption('--source-tokens <KIND>', 'what a source is cut into (default: "char")'))
    .addOption(tokensOption('--target-tokens <KIND>', 'what a target is cut into (default: "char")'))
    .option('--epochs <N>', `passes over the pairs (default: ${defaultEpochs})`, wholeNumber(1))
    .option('--steps <N>', 'updates of the weights', wholeNumber(1))
    .option('--minutes <N>', 'minutes of training', positiveNumber)
    .option('--seed <N>', 'of weights, order and dropout (default: 0)', wholeNumber(0))
    .option(
      '--batch-size <N>',
      'pairs (or tokens, with a configuration that says so) a batch',
      wholeNumber(1),
    )
    .option('--learning-rate <N>', 'the highest learning rate', positiveNumber)
    .option('--resume', 'go on from the checkpoint in DIR')
    .option('--json', 'print each event as a JSON line')
    .action(async (pairs: string, request: TrainRequest) => {
      expectConsistent(pairs, request)
      await runTraining(pairs, request, context)
    })
  return addBackendOptions(command, context.environment)
}

function tokensOption(flags: string, description: string): Option {
  const types: readonly SplitterType[] = SPLITTER_TYPES
  return new Option(flags, description).choices(types)
}

function expectConsistent(pairs: string, { config, model, preset, cell, valid }: TrainRequest): void {
  for (const [option, value] of Object.entries({ '--model': model, '--preset': preset, '--cell': cell })) {
    if (config === undefined || value === undefined) continue
    const problem = `${config} describes the model already`
    throw new UsageError({ option, problem, hint: `leave out either ${option} or --config` })
  }
  if (valid !== undefined && isSameInput(pairs, valid)) {
    const problem = 'these are the pairs to train on'
    throw new UsageError({ option: '--valid', problem, hint: 'leave it out to have a part of them held out' })
  }
}

function isSameInput(left: string, right: string): boolean {
  return left === '-' || right === '-' ? left === right : resolve(left) === resolve(right)
}
