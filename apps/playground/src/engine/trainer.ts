import type { FileStore, Seq2Seq } from '@dragoman/core'
import { buildTokenizer, createSeq2Seq, generate, loadModel, saveModel, train } from '@dragoman/core'
import { architectures } from '../tasks/architectures.ts'
import { type TaskPairs, taskPairs } from '../tasks/tasks.ts'
import { batchSize, warmupOf } from '../tasks/training.ts'
import { unitsOf } from '../tasks/units.ts'
import { backendNamed } from './backends.ts'
import { opfsFolder, opfsStore } from './opfs-store.ts'
import type { Check, RunNews, RunPlan, RunRecord } from './run-record.ts'

const recordFile = 'playground.json'
/** Held-out pairs that a check decodes, and of these how many are shown. */
const [checked, shown] = [50, 4]

/** Trains one model in a worker. What it has made so far lies in the browser's storage, so that a reload loses little. */
export class Trainer {
  private readonly abort = new AbortController()
  private gate: Promise<void> = Promise.resolve()
  private openGate: (() => void) | undefined
  private losses: number[] = []
  private checks: Check[] = []

  /**
   * Trains from the start, or from where a run of this id was.
   *
   * @param tell hears about ten times a second.
   * @returns the record at the end, also of a run that was stopped.
   */
  async run(id: string, plan: RunPlan, tell: (news: RunNews) => void): Promise<RunRecord> {
    const store = opfsStore(await opfsFolder('runs', id))
    const before = await readRecord(store)
    this.losses = [...(before?.losses ?? [])]
    this.checks = [...(before?.checks ?? [])]
    const task = await taskPairs(plan.task, plan.pasted)
    const model = await this.open(store, plan, task, before !== undefined)
    const everySteps = Math.max(20, Math.round(plan.steps / 20))
    let isDone = false
    try {
      const events = train(model, task.train, {
        steps: plan.steps,
        seed: plan.seed,
        batch: { size: batchSize },
        schedule: {
          type: 'cosine',
          learningRate: plan.learningRate,
          totalSteps: plan.steps,
          warmupSteps: warmupOf(plan.steps),
        },
        validation: { pairs: task.heldOut, everySteps, measure: (each) => this.check(each, task) },
        checkpoint: { store, everySteps },
        resume: before !== undefined,
        signal: this.abort.signal,
      })
      let toldAt = 0
      let startedAt = performance.now()
      let startStep = before?.step ?? 0
      for await (const event of events) {
        if (event.type === 'step') {
          // A resumed run may go over steps whose losses are known already.
          this.losses[event.step - 1] = event.loss
          const now = performance.now()
          if (now - toldAt > 100) {
            const perStep = (now - startedAt) / 1000 / Math.max(1, event.step - startStep)
            const { tokensPerSecond } = event
            tell(this.news(event.step, tokensPerSecond, perStep * (plan.steps - event.step)))
            toldAt = now
          }
        }
        if (event.type === 'validation') this.noteLoss(event.step, event.loss)
        if (event.type === 'checkpoint') await this.keep(store, id, plan, event.step, false)
        if (event.type === 'end') isDone = event.reason !== 'aborted'
        if (this.openGate) {
          await this.gate
          startedAt = performance.now()
          startStep = this.losses.length
        }
      }
      await saveModel(model, store)
      return await this.keep(store, id, plan, this.losses.length, isDone)
    } finally {
      await model.dispose()
    }
  }

  /** Holds the run after the step under way. */
  pause(): void {
    if (this.openGate) return
    this.gate = new Promise((resolve) => {
      this.openGate = resolve
    })
  }

  resume(): void {
    this.openGate?.()
    this.openGate = undefined
  }

  /** Ends the run after the step under way; what it has learnt is kept. */
  stop(): void {
    this.abort.abort()
    this.resume()
  }

  private async open(store: FileStore, plan: RunPlan, task: TaskPairs, isKnown: boolean): Promise<Seq2Seq> {
    const backend = await backendNamed(plan.backend)
    if (isKnown) return loadModel(store, backend)
    const units = unitsOf(plan)
    const tokenizers = {
      source: buildTokenizer(
        task.train.map(({ source }) => source),
        { type: units.source },
      ),
      target: buildTokenizer(
        task.train.map(({ target }) => target),
        { type: units.target },
      ),
    }
    const config = architectures[plan.architecture]
    const model = createSeq2Seq({ config, tokenizers, backend }, { seed: plan.seed })
    await saveModel(model, store)
    await this.keep(store, '', plan, 0, false)
    return model
  }

  /** The share of held-out pairs that are wrong; notes what was written. */
  private async check(model: Seq2Seq, task: TaskPairs): Promise<number> {
    const pairs = task.heldOut.slice(0, checked)
    const written = await generate(
      model,
      pairs.map(({ source }) => source),
    )
    const samples = pairs.map(({ source, target }, i) => ({
      source,
      expected: target,
      got: written[i]!.text,
    }))
    const right = samples.filter(({ expected, got }) => expected === got).length
    const accuracy = right / pairs.length
    this.checks.push({
      step: this.losses.length,
      loss: Number.NaN,
      accuracy,
      samples: samples.slice(0, shown),
    })
    return 1 - accuracy
  }

  private noteLoss(step: number, loss: number): void {
    const last = this.checks.pop()
    if (last) this.checks.push({ ...last, step, loss })
  }

  private news(step: number, tokensPerSecond: number, secondsLeft: number): RunNews {
    return { losses: this.losses, checks: this.checks, step, tokensPerSecond, secondsLeft }
  }

  private async keep(
    store: FileStore,
    id: string,
    plan: RunPlan,
    step: number,
    isDone: boolean,
  ): Promise<RunRecord> {
    const record = { id, plan, losses: this.losses, checks: this.checks, step, isDone }
    await store.write(recordFile, new TextEncoder().encode(JSON.stringify(record)))
    return record
  }
}

async function readRecord(store: FileStore): Promise<RunRecord | undefined> {
  const bytes = await store.read(recordFile)
  return bytes && JSON.parse(new TextDecoder().decode(bytes))
}
