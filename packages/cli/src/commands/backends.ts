import { Command } from 'commander'
import type { BackendEntry } from '../backends.ts'
import type { CommandContext } from '../main.ts'

/** `dragoman backends`: what can run here, and why not. */
export function backendsCommand({ environment, terminal }: CommandContext): Command {
  return new Command('backends')
    .description('show what is available here: threads, SIMD, and why not')
    .option('--json', 'one JSON line for each backend')
    .action(async ({ json = false }: { json?: boolean }) => {
      for (const [name, entry] of Object.entries(environment.backends)) {
        const info = await inspect(entry)
        await terminal.print(json ? JSON.stringify({ name, ...info }) : describe(name, entry, info))
      }
    })
}

type Info = Readonly<Record<string, string | number | boolean>>

async function inspect(entry: BackendEntry): Promise<Info> {
  try {
    const backend = await entry.open()
    const info = backend.info()
    await backend.dispose()
    return { available: true, ...info }
  } catch (error) {
    return { available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

function describe(name: string, { description }: BackendEntry, { available, ...info }: Info): string {
  const facts = Object.entries(info).map(([key, value]) => `  ${key.padEnd(12)} ${show(value)}`)
  return [`${name}: ${description}${available ? '' : ' (not available here)'}`, ...facts].join('\n')
}

function show(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}
