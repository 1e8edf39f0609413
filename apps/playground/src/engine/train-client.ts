import { proxy, type Remote, wrap } from 'comlink'
import type { RunNews, RunPlan, RunRecord } from './run-record.ts'
import type { Trainer } from './trainer.ts'

/** A run in a worker of its own. */
export class TrainClient {
  private readonly worker: Worker
  private readonly remote: Remote<Trainer>
  private readonly failed: Promise<never>

  constructor() {
    this.worker = new Worker(new URL('./train-worker.ts', import.meta.url), { type: 'module', name: 'train' })
    this.remote = wrap<Trainer>(this.worker)
    this.failed = new Promise((_, reject) => {
      this.worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'))
    })
  }

  /** Resolves when the run has ended, and ends the worker; tells nothing after that. */
  async run(id: string, plan: RunPlan, tell: (news: RunNews) => void): Promise<RunRecord> {
    // News come through a channel of their own and may be overtaken by the end.
    let isOver = false
    const hear = proxy((news: RunNews) => {
      if (!isOver) tell(news)
    })
    try {
      return await Promise.race([this.remote.run(id, plan, hear), this.failed])
    } finally {
      isOver = true
      this.worker.terminate()
    }
  }

  pause(): Promise<void> {
    return this.remote.pause()
  }

  resume(): Promise<void> {
    return this.remote.resume()
  }

  stop(): Promise<void> {
    return this.remote.stop()
  }
}
