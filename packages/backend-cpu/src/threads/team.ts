import { BackendError } from '@dragoman/core/backend'
import type { PlanError } from '../engine.ts'
import { errorCodes, teamWords } from '../plan/encoding.ts'
import type { StartThread, Thread, ThreadMessage } from '../start-thread.ts'
import type { KernelExports } from '../wasm-engine.ts'

/** What a team is made of. */
export interface TeamParts {
  readonly backend: string
  readonly size: number
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** The kernels of the thread that makes the team. */
  readonly kernels: KernelExports
  /** Address of the words of the team: see `teamWords`. */
  readonly words: number
  readonly start: StartThread
  /** Whether this thread walks with the others, which it can where it may wait for them. */
  readonly leads: boolean
}

/** A plan to be walked, and room for what each thread needs of its own. */
export interface TeamPlan {
  readonly start: number
  readonly end: number
  /** Room for a copy of the plan for each thread but the first; 0: the plan does not change while it is walked. */
  readonly copies: number
  /** Bytes from the scratch of one thread to that of the next. */
  readonly scratchBytes: number
}

/** Threads that walk plans together. They start when the first plan wants them; until all are there, one walks alone. */
export class Team {
  readonly size: number
  /** Why there is no team any more. */
  problem: string | undefined
  private readonly parts: TeamParts
  private readonly threads: Thread[] = []
  private joined = 0
  private assembled: Promise<void> | undefined
  private arrive: () => void = () => {}
  private missing: (error: BackendError) => void = () => {}
  private conclude: ((code: number) => void) | undefined

  constructor(parts: TeamParts) {
    this.parts = parts
    this.size = parts.size
    if (parts.leads) parts.kernels.join(parts.words, 0, parts.size)
  }

  /** Whether the thread that made the team walks with the others, so that a run ends at once. */
  get leads(): boolean {
    return this.parts.leads
  }

  /** Whether all threads wait for a plan. */
  get isReady(): boolean {
    return this.problem === undefined && this.assembled !== undefined && this.joined === this.wanted
  }

  /**
   * Starts the threads, once.
   *
   * @param isAwaited keeps the process alive until all are there.
   * @throws BackendError when one cannot start.
   */
  assemble(isAwaited: boolean): Promise<void> {
    if (this.assembled) return this.assembled
    this.assembled = new Promise((resolve, reject) => {
      this.arrive = resolve
      this.missing = reject
    })
    // Who does not wait for it looks at `problem` instead.
    this.assembled.catch(() => {})
    const { module, memory, words, size, leads, start } = this.parts
    try {
      for (let i = 0; i < this.wanted; i++) {
        const thread = start(
          (message) => this.hear(message),
          (problem) => this.lose(problem),
        )
        this.threads.push(thread)
        thread.keepAlive(isAwaited)
        thread.give({ module, memory, words, number: leads ? i + 1 : i, count: size })
      }
    } catch (error) {
      this.lose(String(error))
    }
    return this.assembled
  }

  /** Walks a plan with all threads: gives one of `errorCodes`, at once where this thread leads. */
  walk({ start, end, copies, scratchBytes }: TeamPlan): number | Promise<number> {
    const { kernels, words, leads } = this.parts
    if (leads) return kernels.lead(start, end, copies, scratchBytes)
    return new Promise((resolve) => {
      this.conclude = resolve
      kernels.call(words, start, end, copies, scratchBytes)
    })
  }

  /** What stopped a run that failed. */
  errorOf(code: number): PlanError {
    const words = new Int32Array(this.parts.memory.buffer, this.parts.words)
    return {
      code,
      address: words[teamWords.errorAddress / 4]! >>> 0,
      value: words[teamWords.errorValue / 4]!,
    }
  }

  /** Ends the threads. */
  dismiss(): void {
    this.problem ??= 'the team is dismissed'
    this.parts.kernels.dismiss(this.parts.words)
    for (const thread of this.threads.splice(0)) thread.end()
    this.finish(errorCodes.lostThread)
  }

  /** Threads that are to be started. */
  private get wanted(): number {
    return this.parts.leads ? this.size - 1 : this.size
  }

  private hear(message: ThreadMessage): void {
    if (message.type === 'lost') this.lose(message.problem)
    else if (message.type === 'done') this.finish(message.code)
    else if (++this.joined === this.wanted) {
      for (const thread of this.threads) thread.keepAlive(false)
      this.arrive()
    }
  }

  private finish(code: number): void {
    const conclude = this.conclude
    this.conclude = undefined
    conclude?.(code)
  }

  /** A thread is gone: the others are ended, and plans are walked by one from now on. */
  private lose(problem: string): void {
    if (this.problem !== undefined) return
    this.problem = problem
    this.dismiss()
    const { backend } = this.parts
    this.missing(
      new BackendError({
        backend,
        problem: `a thread could not work: ${problem}`,
        hint: "use threads: 1, or 'auto', which goes on with one",
      }),
    )
  }
}
