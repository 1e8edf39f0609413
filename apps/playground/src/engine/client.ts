import { proxy, type Remote, wrap } from 'comlink'
import type { BackendName } from './backend-names.ts'
import type { Engine } from './engine.ts'
import type { ModelSource } from './model-source.ts'
import type { Answer, DecodeOptions, Look, Measurement, ModelFacts, TokenNews } from './protocol.ts'

/** An engine in a worker of its own, so that the page stays smooth. */
export class EngineClient {
  private readonly worker: Worker
  private readonly remote: Remote<Engine>
  private opened: { readonly key: string; readonly ready: Promise<ModelFacts> } | undefined

  constructor() {
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' })
    this.remote = wrap<Engine>(this.worker)
  }

  /** A model on a backend, opened unless it is open already. */
  open(source: ModelSource, backend: BackendName): Promise<ModelFacts> {
    const key = JSON.stringify([source, backend])
    if (this.opened?.key === key) return this.opened.ready
    const ready = this.remote.open(source, backend, document.baseURI)
    this.opened = { key, ready }
    return ready
  }

  /** Writes the target of a source; `onToken` hears of each token, where there is one hypothesis. */
  generate(source: string, options: DecodeOptions, onToken: (news: TokenNews) => void): Promise<Answer> {
    return this.remote.generate(source, options, proxy(onToken))
  }

  /** See {@link Engine.look}. */
  look(source: string, truth: string | undefined, beams: number): Promise<Look> {
    return this.remote.look(source, truth, beams)
  }

  /** Ends what is being written. */
  cancel(): void {
    void this.remote.cancel()
  }

  /** Opens the model anew next time: after a failure its backend may be gone. */
  forget(): void {
    this.opened = undefined
  }

  /** See {@link Engine.measure}. */
  measure(
    source: ModelSource,
    on: BackendName | 'reference',
    input: string,
    target?: string,
  ): Promise<Measurement> {
    return this.remote.measure(source, on, document.baseURI, input, target)
  }

  /** Ends the worker and everything in it. */
  end(): void {
    this.worker.terminate()
  }
}
