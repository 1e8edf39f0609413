import type { CaseResult } from '@dragoman/conformance'
import { proxy, type Remote, wrap } from 'comlink'
import type { BackendName } from './backend-names.ts'
import type { SuiteRunner } from './suite-worker.ts'

/** The suite in a worker of its own, so that it can be ended at any moment. */
export class SuiteClient {
  private readonly worker: Worker
  private readonly remote: Remote<SuiteRunner>

  constructor() {
    this.worker = new Worker(new URL('./suite-worker.ts', import.meta.url), { type: 'module', name: 'suite' })
    this.remote = wrap<SuiteRunner>(this.worker)
  }

  run(name: BackendName, tell: (results: readonly CaseResult[], of: number) => void): Promise<void> {
    return this.remote.run(name, proxy(tell))
  }

  end(): void {
    this.worker.terminate()
  }
}
