import { execFile } from 'node:child_process'

/** How a command ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Where and with what a command runs. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Variables in which npm, pnpm and Vitest tell the scripts that they run about themselves: a stranger has none. */
const ownVariable = /^(npm_|pnpm_|VITEST|NODE_ENV$)/i

/** Those that say where the registry is. */
const setting =
  /^npm_config_(registry|userconfig|globalconfig|cache|cafile|proxy|https_proxy|noproxy|strict_ssl)$/i

/** Runs a command to its end, whatever its exit code. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { cwd, env = {}, stdin = '' } = options
  const surroundings = Object.entries(process.env).filter(
    ([name]) => !ownVariable.test(name) || setting.test(name),
  )
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      {
        ...(cwd === undefined ? {} : { cwd }),
        env: { ...Object.fromEntries(surroundings), ...env },
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
        shell: process.platform === 'win32' && command !== process.execPath,
      },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
        resolve({ code, stdout, stderr: code === -1 ? `${stderr}${error}` : stderr })
      },
    )
    child.stdin?.end(stdin)
  })
}

/** Runs a command that must succeed, and gives its standard output. Throws with all that it said otherwise. */
export async function output(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code === 0) return stdout
  throw new Error(`${[command, ...args].join(' ')}: exit code ${code}\n${stdout}\n${stderr}`)
}

/** Runs Node on a script that must succeed. */
export function node(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return output(process.execPath, args, options)
}
