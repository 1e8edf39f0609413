import { type CaseResult, runSuite } from '@dragoman/conformance'
import { expose } from 'comlink'
import type { BackendName } from './backend-names.ts'
import { backendNamed } from './backends.ts'

/** Runs the conformance suite on a backend of this browser. */
export class SuiteRunner {
  /** Tells of the cases that ended, a few times a second, and of how many there are. */
  async run(name: BackendName, tell: (results: readonly CaseResult[], of: number) => void): Promise<void> {
    let results: CaseResult[] = []
    let toldAt = performance.now()
    let all = 0
    const flush = () => {
      tell(results, all)
      results = []
      toldAt = performance.now()
    }
    await runSuite({
      name,
      create: () => backendNamed(name),
      onResult(result, { of }) {
        results.push(result)
        all = of
        if (performance.now() - toldAt > 200) flush()
      },
    })
    flush()
  }
}

expose(new SuiteRunner())
