import type { SearchStep, Seq2Seq } from '@dragoman/core'
import {
  countParameters,
  EOS_ID,
  generate,
  inspect,
  loadModel,
  reference,
  SOS_ID,
  UNK_ID,
} from '@dragoman/core'
import type { BackendName } from './backend-names.ts'
import { backendNamed } from './backends.ts'
import { likeliest } from './likeliest.ts'
import { type ModelSource, storeOf } from './model-source.ts'
import type { Answer, DecodeOptions, Look, Measurement, ModelFacts, TokenNews } from './protocol.ts'

/** The library at work in a worker, for one view of the page: one backend and one model at a time. */
export class Engine {
  private model: Seq2Seq | undefined
  private abort = new AbortController()

  /**
   * Opens a model on a backend; the one before is closed.
   *
   * @param base address of the page, beside which shipped models lie.
   */
  async open(source: ModelSource, backendName: BackendName, base: string): Promise<ModelFacts> {
    const startedAt = performance.now()
    const backend = await backendNamed(backendName)
    const backendMs = performance.now() - startedAt
    const model = await loadModel(await storeOf(source, base), backend)
    await this.close()
    this.model = model
    return {
      config: model.config,
      parameters: countParameters(model.model.parameters).total,
      hasAttention: hasAttention(model.config.decoder),
      sourceTokens: model.tokenizers.source.vocabulary.size,
      targetTokens: model.tokenizers.target.vocabulary.size,
      backend: backend.name,
      info: backend.info(),
      loadMs: performance.now() - startedAt,
      backendMs,
    }
  }

  /** Writes the target of a source; `onToken` hears of each token, where there is one hypothesis. */
  async generate(
    source: string,
    options: DecodeOptions,
    onToken: (news: TokenNews) => void,
  ): Promise<Answer> {
    const model = this.opened()
    this.cancel()
    const startedAt = performance.now()
    let firstMs = 0
    const told = () => {
      firstMs ||= performance.now() - startedAt
    }
    const isSingle = (options.beams ?? 1) === 1
    const [result] = await generate(model, source, {
      ...options,
      attention: hasAttention(model.config.decoder),
      signal: this.abort.signal,
      onStep: told,
      ...(isSingle
        ? {
            onToken: ({ token, text, logProbability }) =>
              onToken({ token, text, logProbability, ms: performance.now() - startedAt }),
          }
        : {}),
    })
    const { sourceTokens, hypotheses } = result!
    const ids = model.tokenizers.source.encode(source)
    const unknown = [...new Set(sourceTokens.filter((_, i) => ids[i] === UNK_ID))]
    return { sourceTokens, unknown, hypotheses, firstMs, totalMs: performance.now() - startedAt }
  }

  /**
   * Everything that the model does with a source.
   *
   * @param truth the true target, if the person knows it; else what the model writes is looked at.
   * @param beams of the search whose tree is shown.
   */
  async look(source: string, truth: string | undefined, beams: number): Promise<Look> {
    const model = this.opened()
    const [free] = await generate(model, source)
    const tree: SearchStep[] = []
    const searched = await generate(model, source, {
      ...(beams > 1 ? { beams, nbest: beams } : {}),
      onStep: (step) => tree.push(step),
    })
    const target = truth ?? free!.text
    const inspection = await inspect(model, { source, target })
    const { data, shape } = inspection.values.get('decoder.logits')!
    const { vocabulary } = model.tokenizers.target
    const width = shape[1]!
    return {
      source,
      target,
      sourceIds: [...model.tokenizers.source.encode(source), EOS_ID],
      targetIds: [SOS_ID, ...model.tokenizers.target.encode(target)],
      inspection,
      forced: inspection.targetTokens.map((_, t) =>
        likeliest(data.subarray(t * width, (t + 1) * width), vocabulary),
      ),
      free: { text: free!.text, tokens: free!.best.tokens },
      tree,
      best: searched[0]!.hypotheses,
    }
  }

  /**
   * Writes the target of a source from a cold start and then again, and computes the logits of a given target.
   *
   * @param target the one that all backends are compared on; by default what is written.
   */
  async measure(
    source: ModelSource,
    on: BackendName | 'reference',
    base: string,
    input: string,
    target?: string,
  ): Promise<Measurement> {
    const startedAt = performance.now()
    const backend = await (on === 'reference' ? reference() : backendNamed(on))
    const openedAt = performance.now()
    const model = await loadModel(await storeOf(source, base), backend)
    const loadedAt = performance.now()
    try {
      let firstAt = 0
      const onToken = () => {
        firstAt ||= performance.now()
      }
      const [cold] = await generate(model, input, { onToken })
      const tokens = cold!.best.logProbabilities.length
      const { bytes } = backend.live()
      const rounds = 3
      const againAt = performance.now()
      for (let round = 0; round < rounds; round++) await generate(model, input)
      const tokenMs = (performance.now() - againAt) / rounds / tokens
      const { values } = await inspect(model, { source: input, target: target ?? cold!.text })
      return {
        text: cold!.text,
        tokens,
        info: backend.info(),
        backendMs: openedAt - startedAt,
        modelMs: loadedAt - openedAt,
        firstMs: firstAt - loadedAt,
        tokenMs,
        bytes,
        logits: Float32Array.from(values.get('decoder.logits')!.data),
      }
    } finally {
      await model.dispose()
    }
  }

  /** Ends what is being written. */
  cancel(): void {
    this.abort.abort()
    this.abort = new AbortController()
  }

  async close(): Promise<void> {
    this.cancel()
    await this.model?.dispose()
    this.model = undefined
  }

  private opened(): Seq2Seq {
    if (this.model) return this.model
    throw new Error('no model is open')
  }
}

function hasAttention(decoder: object): boolean {
  return 'type' in decoder && decoder.type === 'transformer' ? true : 'attention' in decoder
}
