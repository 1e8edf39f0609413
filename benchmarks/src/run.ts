// Prints JSON lines: node dist/run.js [BENCHMARK | PACKAGE]… [--rounds N]
import { parseArgs } from 'node:util'
import { decode } from './decode.ts'
import { gemm } from './gemm.ts'
import type { Row } from './measure.ts'
import { startUp } from './start-up.ts'
import { suite } from './suite.ts'
import { tracing } from './tracing.ts'
import { trainStep } from './train-step.ts'

const benchmarks: Readonly<Record<string, (emit: (row: Row) => void, rounds: number) => Promise<void>>> = {
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' } },
})
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error(`--rounds: ${values.rounds} is not a whole number of 1 or more`)
const names =
  positionals.length > 0 ? positionals.flatMap((name) => ofPackage[name] ?? [name]) : Object.keys(benchmarks)
for (const name of names) {
  const run = benchmarks[name]
  if (!run)
    throw new Error(
      `there is no benchmark '${name}'; known: ${Object.keys({ ...benchmarks, ...ofPackage }).join(', ')}`,
    )
  await run((row) => process.stdout.write(`${JSON.stringify(row)}\n`), rounds)
}
