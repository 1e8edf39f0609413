// Prints JSON lines: node dist/run.js [BENCHMARK | PACKAGE]… [--rounds N]
// Prints a table: node dist/run.js backends [TT | TR | TG | DS]… [--backends LIST] [--rounds N] [--clock wall | cpu] [--json | --markdown]
//                 node dist/run.js onnx-overhead [TT | TR | TG]… and the same options
import { parseArgs } from 'node:util'
import { compareBackends } from './backends.ts'
import { decode } from './decode.ts'
import { gemm } from './gemm.ts'
import type { Row } from './measure.ts'
import { onnxOverhead } from './onnx-overhead.ts'
import { markdownTable, textTable } from './report.ts'
import { startUp } from './start-up.ts'
import { suite } from './suite.ts'
import { tracing } from './tracing.ts'
import { trainStep } from './train-step.ts'

type Emit = (row: Row) => void

const benchmarks: Readonly<Record<string, (emit: Emit, rounds: number) => Promise<void>>> = {
  gemm,
  'train-step': trainStep,
  decode,
  tracing,
  'start-up': startUp,
  suite,
}

/** What `bench` of a package runs. */
const ofPackage: Readonly<Record<string, readonly string[]>> = {
  core: ['tracing'],
  'backend-cpu': ['gemm', 'train-step', 'decode'],
  cli: ['start-up'],
  conformance: ['suite'],
}

/** Benchmarks of one backend beside others: they take minutes, names of workloads, and are asked for by name. */
const comparisons = { backends: compareBackends, 'onnx-overhead': onnxOverhead } as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    backends: { type: 'string' },
    clock: { type: 'string' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error(`--rounds: ${values.rounds} is not a whole number of 1 or more`)
const printLine: Emit = (row) => process.stdout.write(`${JSON.stringify(row)}\n`)

const [first, ...others] = positionals
if (first && Object.hasOwn(comparisons, first)) await compare(first as keyof typeof comparisons, others)
else await runAll()

async function compare(name: keyof typeof comparisons, workloads: readonly string[]): Promise<void> {
  if (values.json && values.markdown) throw new Error('--json and --markdown: choose one')
  const { clock = 'wall' } = values
  if (clock !== 'wall' && clock !== 'cpu') throw new Error(`--clock: ${clock} is neither wall nor cpu`)
  const rows: Row[] = []
  await comparisons[name](values.json ? printLine : (row) => rows.push(row), {
    ...(workloads.length > 0 ? { workloads } : {}),
    engines: values.backends?.split(','),
    rounds,
    clock,
  })
  if (!values.json) process.stdout.write(`${(values.markdown ? markdownTable : textTable)(rows)}\n`)
}

async function runAll(): Promise<void> {
  for (const option of ['backends', 'clock', 'json', 'markdown'] as const)
    if (values[option]) throw new Error(`--${option} belongs to ${Object.keys(comparisons).join(' and ')}`)
  const names =
    positionals.length > 0
      ? positionals.flatMap((name) => ofPackage[name] ?? [name])
      : Object.keys(benchmarks)
  for (const name of names) {
    const run = benchmarks[name]
    if (!run) {
      const known = Object.keys({ ...benchmarks, ...ofPackage, ...comparisons }).join(', ')
      throw new Error(`there is no benchmark '${name}'; known: ${known}`)
    }
    await run(printLine, rounds)
  }
}
