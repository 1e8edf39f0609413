import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { RoundAnswer, RoundRequest } from './round.ts'

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
  static async start(command: string, args: readonly string[]): Promise<Child> {
    const process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const errors: string[] = []
    process.stderr!.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
    const lines = createInterface({ input: process.stdout! })[Symbol.asyncIterator]()
    const { facts } = await nextMessage<{ facts: Record<string, string | number> }>(lines, errors)
    return new Child(process, lines, errors, facts)
  }

  ask(request: RoundRequest): Promise<RoundAnswer> {
    this.process.stdin!.write(`${JSON.stringify(request)}\n`)
    return nextMessage<RoundAnswer>(this.lines, this.errors)
  }

  stop(): void {
    this.process.kill()
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
