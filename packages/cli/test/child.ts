import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../bin/dragoman.mjs', import.meta.url))

/** Starts the built command as a process of its own. */
export function start(
  args: readonly string[],
  { nodeArgs = [], env = {} }: { nodeArgs?: readonly string[]; env?: Record<string, string> } = {},
): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, bin, ...args], { env: { ...process.env, ...env } })
}

/** Waits for the end: exit code or signal, and what was said on standard error. */
export async function ended(child: ChildProcess): Promise<{ code: number | string | null; stderr: string }> {
  const stderr = text(child.stderr!)
  const [code, signal] = await once(child, 'close')
  return { code: code ?? signal, stderr: await stderr }
}
