import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Host } from '../comparison/contestants.ts'
import { readMachine, readVersions } from '../machine.ts'
import type { Growth, Measurements } from './growth.ts'

/** Measures growth in a process of the Node that is asked for. */
export function runGrowth(host: Host, rounds: number): Growth {
  const begin = performance.now()
  const script = fileURLToPath(new URL('./grow.js', import.meta.url))
  const output = execFileSync(host.node, [...host.nodeFlags, script, `${rounds}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 24,
  })
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: readMachine(),
    versions: readVersions(host),
    rounds,
    minutes: (performance.now() - begin) / 60_000,
    ...(JSON.parse(output) as Measurements),
  }
}
