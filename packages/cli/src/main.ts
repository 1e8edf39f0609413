import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { averageCommand } from './commands/average.ts'
import { backendsCommand } from './commands/backends.ts'
import { benchCommand } from './commands/bench.ts'
import { compareCommand } from './commands/compare.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { generateCommand } from './commands/generate.ts'
import { inspectCommand } from './commands/inspect.ts'
import { trainCommand } from './commands/train.ts'
import type { Environment } from './environment.ts'
import { reportError } from './report-error.ts'
import { Terminal } from './terminal.ts'

/** What every command is given. */
export interface CommandContext {
  readonly environment: Environment
  readonly terminal: Terminal
}

/**
 * Runs the command line.
 *
 * @param args without the names of node and the script.
 * @returns the exit code: 0 done, 1 failed, 2 called in a wrong way, 130 stopped by Ctrl-C.
 */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  const terminal = new Terminal(environment)
  try {
    await createProgram({ environment, terminal }).parseAsync(args, { from: 'user' })
    await terminal.finish()
    return 0
  } catch (error) {
    return error instanceof CommanderError ? exitCodeOf(error) : reportError(error, environment, terminal)
  }
}

function createProgram(context: CommandContext): Command {
  const { stdout, stderr } = context.environment
  const program = new Command('dragoman')
    .description('Train, use, evaluate and inspect sequence-to-sequence models.')
    .version(packageJson.version)
    .helpCommand(false)
  program.addHelpText('after', '\nResults go to standard output, progress to standard error.')
  const make = [
    trainCommand,
    generateCommand,
    evaluateCommand,
    inspectCommand,
    averageCommand,
    compareCommand,
    benchCommand,
    backendsCommand,
  ]
  for (const command of make) program.addCommand(command(context))
  for (const command of [program, ...program.commands]) {
    const name = command === program ? 'dragoman' : `dragoman ${command.name()}`
    command
      .exitOverride()
      .showHelpAfterError(`  hint: ${name} --help`)
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        writeErr: (text) => stderr.write(text),
        outputError: (text, write) => write(`dragoman: ${text.replace(/^error: /, '')}`),
      })
  }
  return program
}

function exitCodeOf({ code }: CommanderError): number {
  return code === 'commander.helpDisplayed' || code === 'commander.version' ? 0 : 2
}
