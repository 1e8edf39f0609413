import { Command } from 'commander'
import { type Availability, inspectBackend } from '../availability.ts'
import type { BackendEntry } from '../backends.ts'
import type { CommandContext } from '../main.ts'

/** `dragoman backends`: what can run here, and why not. */
export function backendsCommand({ environment, terminal }: CommandContext): Command {
  return new Command('backends')
    .description('show what is available here: versions, threads, SIMD, and why not')
    .option('--json', 'one JSON line for each backend')
    .action(async ({ json = false }: { json?: boolean }) => {
      for (const [name, entry] of Object.entries(environment.backends)) {
        const found = await inspectBackend(entry)
        await terminal.print(json ? JSON.stringify({ name, ...flat(found) }) : describe(name, entry, found))
      }
    })
}

const leastWidth = 12

type Fact = string | number | boolean

function flat(found: Availability): Record<string, Fact> {
  return found.available ? { available: true, ...found.info } : { ...found }
}

function describe(name: string, { description }: BackendEntry, found: Availability): string {
  const { available, ...info } = flat(found)
  const width = Math.max(leastWidth, ...Object.keys(info).map((key) => key.length))
  const facts = Object.entries(info).map(([key, value]) => `  ${key.padEnd(width)} ${show(value)}`)
  return [`${name}: ${description}${available ? '' : ' (not available here)'}`, ...facts].join('\n')
}

function show(value: Fact): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}
