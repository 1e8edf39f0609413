import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { RoundAnswer, RoundRequest } from '../peers/round.ts'

/** How a process is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** Beside the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** An entrant in a process of its own, asked for rounds by lines of JSON. */
export class Child {
  readonly facts: Readonly<Record<string, string | number>>
  private readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>
  private readonly errors: readonly string[]

  private constructor(
    process: ChildProcess,
    lines: AsyncIterator<string>,
    errors: readonly string[],
    facts: Readonly<Record<string, string | number>>,
  ) {
    this.process = process
    this.lines = lines
    this.errors = errors
    this.facts = facts
  }

  /** Starts one and waits until it is ready. @throws Error with what it wrote when it ends before that. */
  static async start({ file, args, environment = {} }: Command): Promise<Child> {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    const errors: string[] = []
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
    // A process that ended is found out by its last line.
    child.stdin.on('error', (error) => errors.push(`${error}`))
    child.on('error', (error) => errors.push(`${error}`))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { facts } = await nextMessage<{ facts: Record<string, string | number> }>(lines, errors)
    return new Child(child, lines, errors, facts)
  }

  ask(request: RoundRequest): Promise<RoundAnswer> {
    this.process.stdin!.write(`${JSON.stringify(request)}\n`)
    return nextMessage<RoundAnswer>(this.lines, this.errors)
  }

  /** It ends by itself when nothing more is asked; a page is closed then. */
  stop(): void {
    this.process.stdin!.end()
    const patience = setTimeout(() => this.process.kill(), 5000)
    this.process.on('exit', () => clearTimeout(patience))
  }
}

/** The next line that is JSON: engines write greetings between. */
async function nextMessage<T>(lines: AsyncIterator<string>, errors: readonly string[]): Promise<T> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`it ended:\n${errors.join('').slice(-3000)}`)
    if (value.startsWith('{')) return JSON.parse(value) as T
  }
}
