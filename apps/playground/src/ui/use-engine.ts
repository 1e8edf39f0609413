import { useEffect, useMemo, useState } from 'preact/hooks'
import { EngineClient } from '../engine/client.ts'

/** What a view does with an engine: one thing at a time, and of those that wait only the newest. */
export interface EngineUse {
  readonly isBusy: boolean
  readonly problem: unknown
  /** Does some work, now or when what is at work has ended; what waited before it is dropped. */
  readonly run: (work: (client: EngineClient) => Promise<void>) => void
  /** Ends what is at work and what waits, whatever it is doing. */
  readonly stop: () => void
}

/** An engine for a view, started when it is first used and ended with the view. */
export function useEngine(): EngineUse {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const line = useMemo(() => new Line(setBusy, setProblem), [])
  useEffect(() => () => line.stop(), [line])
  return { isBusy, problem, run: (work) => line.run(work), stop: () => line.stop() }
}

type Work = (client: EngineClient) => Promise<void>

class Line {
  private client: EngineClient | undefined
  private next: Work | undefined
  private isAtWork = false
  /** Changes when everything is stopped, so that what was at work knows. */
  private round = 0
  private readonly setBusy: (isBusy: boolean) => void
  private readonly setProblem: (problem: unknown) => void

  constructor(setBusy: (isBusy: boolean) => void, setProblem: (problem: unknown) => void) {
    this.setBusy = setBusy
    this.setProblem = setProblem
  }

  run(work: Work): void {
    this.next = work
    this.setProblem(undefined)
    if (this.isAtWork) this.client?.cancel()
    else void this.work()
  }

  stop(): void {
    this.round += 1
    this.next = undefined
    this.isAtWork = false
    this.client?.end()
    this.client = undefined
    this.setBusy(false)
  }

  private async work(): Promise<void> {
    const { round } = this
    this.isAtWork = true
    this.setBusy(true)
    while (this.next && this.round === round) {
      const work = this.next
      this.next = undefined
      this.client ??= new EngineClient()
      try {
        await work(this.client)
      } catch (error) {
        if (this.round !== round) return
        // What made way for newer work was cancelled: no problem.
        if (!this.next) {
          this.client.forget()
          this.setProblem(error)
        }
      }
    }
    if (this.round !== round) return
    this.isAtWork = false
    this.setBusy(false)
  }
}
