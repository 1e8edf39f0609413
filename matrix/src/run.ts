import { Command } from 'commander'
import { type ConformanceOptions, conformance } from './conformance.ts'

const program = new Command('conformance')
  .description('Runs the shared suite on every backend, in Node and in Chromium, and prints the matrix.')
  .option('--backends <list>', 'only these, by commas: cpu,chromium-cpu')
  .option('--cases <pattern>', 'only cases whose id matches this regular expression')
  .option('--json', 'the counts of each backend as JSON on standard output')
  .option('--write', 'write docs/conformance.json and docs/conformance.md')
  .option('--check', 'fail when docs/conformance.json says something else')
  .option('--thorough', 'every case also where the GPU is software: an hour instead of minutes')
  .option('--no-browser', 'only the backends that run in Node')
  .action(async (options: ConformanceOptions) => {
    process.exitCode = await conformance(options, process)
  })

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
