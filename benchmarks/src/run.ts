import { Command, InvalidArgumentError } from 'commander'
import { commandLine } from './command-line.ts'
import { parts, runBench } from './comparison/bench.ts'
import { contestantOf, contestants } from './comparison/contestants.ts'
import { withRun } from './document/document.ts'
import { readMeasured, writeDocument } from './document/files.ts'
import { growthSection } from './document/growth-section.ts'
import { runSection } from './document/run-section.ts'
import { runGrowth } from './growth/run-growth.ts'
import { hostOf } from './host.ts'
import type { Row } from './measure.ts'
import { type MemoryRequest, watchMemory } from './memory.ts'
import { onnxOverhead } from './onnx-overhead.ts'
import { type ProfileRequest, profileWorkloads } from './profile.ts'
import { suite } from './suite.ts'
import { tracing } from './tracing.ts'

/** How results are told. */
interface Output {
  readonly json?: true
  readonly write?: true
}

const program = new Command('bench').description('Timings of this library, beside its peers, in one run')

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const tell = (line: string): void => void process.stderr.write(`${line}\n`)
const printRow = (row: Row): void => print(JSON.stringify(row))

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('it must be a whole number of 1 or more')
  return value
}

function list(text: string): string[] {
  return text.split(',')
}

function told({ json, write }: Output): void {
  if (json && write) program.error('--json and --write: choose one')
}

program
  .command('compare', { isDefault: true })
  .description('backends of this library and their peers on the same workloads, in turn')
  .argument('[parts...]', `some of ${parts.join(', ')}; all by default`)
  .option('--quick', 'two short rounds: five minutes on two cores')
  .option('--rounds <number>', 'instead of 5, or 2 of a quick run', wholeNumber)
  .option('--only <ids>', `some of ${contestants.map(({ id }) => id).join(',')}`, list)
  .option('--node <path>', 'the Node that runs contestants', process.execPath)
  .option('--json', 'print the data')
  .option('--write', 'write docs/benchmarks.md, and its data')
  .action(async (wanted: string[], options: Output & CompareOptions) => {
    told(options)
    const unknown = wanted.filter((part) => !parts.includes(part))
    if (unknown.length > 0) program.error(`there is no ${unknown.join(', no ')}; known: ${parts.join(', ')}`)
    if (options.write && (wanted.length > 0 || options.only))
      program.error('--write: the document holds all parts and everyone; leave the names out')
    const host = hostOf(options.node)
    if (host.python === undefined)
      tell('DRAGOMAN_PYTHON is not set: PyTorch and graphs written for ONNX Runtime do not take part')
    const report = await runBench({
      parts: wanted.length > 0 ? wanted : parts,
      contestants: options.only?.map(contestantOf) ?? contestants,
      isQuick: options.quick ?? false,
      rounds: options.rounds,
      host,
      onProgress: tell,
    })
    if (options.write) tell(writeDocument(withRun(readMeasured(), report)).join('\n'))
    else print(options.json ? JSON.stringify(report) : runSection(report))
    if (report.failures.length > 0) process.exitCode = 1
  })

/** Of `compare`. */
interface CompareOptions {
  readonly quick?: true
  readonly rounds?: number
  readonly only?: string[]
  readonly node: string
}

program
  .command('growth')
  .description('how the cost of backend-cpu grows with batch, length, width, layers and position')
  .option('--rounds <number>', 'times that each size is measured', wholeNumber, 5)
  .option('--node <path>', 'the Node that runs it', process.execPath)
  .option('--json', 'print the data')
  .option('--write', 'write docs/benchmarks.md, its pictures and its data')
  .action((options: Output & { rounds: number; node: string }) => {
    told(options)
    const growth = runGrowth(hostOf(options.node), options.rounds)
    if (options.write) tell(writeDocument({ ...readMeasured(), growth }).join('\n'))
    else print(options.json ? JSON.stringify(growth) : growthSection(growth))
  })

program
  .command('document')
  .description('write docs/benchmarks.md and its pictures from their data, without measuring')
  .action(() => tell(writeDocument(readMeasured()).join('\n')))

program
  .command('backend-cpu')
  .description('backend-cpu beside PyTorch, in short rounds')
  .action(async () => {
    const wanted = parts.filter((part) => part !== 'start-up' && part !== 'download')
    const some = ['cpu', 'cpu-2', 'cpu-simd', 'pytorch', 'limit-relaxed'].map(contestantOf)
    const host = hostOf(process.execPath)
    const options = { parts: wanted, contestants: some, isQuick: true, rounds: 3, host, onProgress: tell }
    print(runSection(await runBench(options)))
  })

program
  .command('onnx-overhead')
  .description('what this library costs on top of ONNX Runtime, in training')
  .argument('[workloads...]', 'some of TT, TR, TG')
  .option('--engines <names>', 'onnx-node,onnx-wasm', list)
  .option('--rounds <number>', 'five steps each', wholeNumber, 3)
  .action((workloads: string[], { engines, rounds }: { engines?: string[]; rounds: number }) =>
    onnxOverhead(printRow, { ...(workloads.length > 0 ? { workloads } : {}), engines, rounds }),
  )

program
  .command('profile')
  .description('where the time of workloads goes on backend-cpu, against the limits of this machine')
  .argument('[workloads...]', 'some of TT, TR, TG, DS, DM, or one such as DS-b16', ['TT', 'TR', 'DS'])
  .option('--by <keys>', 'some of instruction, op, size, scope', list, ['instruction', 'size'])
  .option('--threads <number>', 'threads', wholeNumber, 1)
  .option('--rounds <number>', 'runs of each', wholeNumber, 10)
  .option(
    '--fastest',
    'each call counts as the fastest of its kind: for a machine that does other things',
    false,
  )
  .option('--markdown', 'tables that a document can hold', false)
  .action(async (names: string[], options: Omit<ProfileRequest, 'names'>) => {
    for await (const text of profileWorkloads({ names, ...options })) print(text)
  })

program
  .command('memory')
  .description('memory while small models train and decode on backend-cpu; fails when it grows')
  .option('--steps <number>', 'training steps', wholeNumber, 1000)
  .option('--tokens <number>', 'tokens to decode', wholeNumber, 100_000)
  .option('--threads <number>', 'threads', wholeNumber, 1)
  .action((request: MemoryRequest) => watchMemory(request, print))

program
  .command('tracing')
  .alias('core')
  .description('what comes before the first step: tracing, lowering, compiling')
  .action(() => tracing(printRow))

program
  .command('command-line')
  .alias('cli')
  .description('the start of the command line')
  .action(() => commandLine(printRow))

program
  .command('suite')
  .alias('conformance')
  .description('the conformance suite on backend-cpu, level by level')
  .action(() => suite(printRow))

await program.parseAsync()
