import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measure, type Row } from './measure.ts'

/** From the start of a process to its end: an empty Node, and the command line. */
export async function commandLine(emit: (row: Row) => void): Promise<void> {
  const bin = fileURLToPath(new URL('../node_modules/@dragoman/cli/bin/dragoman.mjs', import.meta.url))
  const commands = {
    'empty node': ['-e', ''],
    'dragoman --help': [bin, '--help'],
    'dragoman backends': [bin, 'backends'],
  }
  for (const [workload, options] of Object.entries(commands)) {
    const run = () => execFileSync(process.execPath, options, { stdio: 'pipe' })
    emit({ peer: 'process', workload, ...(await measure(run)) })
  }
}
