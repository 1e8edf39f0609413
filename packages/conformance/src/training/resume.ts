import type { Backend, TrainOptions } from '@dragoman/core'
import { memoryStore } from '@dragoman/core'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { TrainingSetup, TrainingTrace } from './run.ts'
import { trace } from './run.ts'
import { setups } from './traces.ts'

/** An epoch is three steps: the second is in its middle, the third its end, the fourth begins another. */
const short = (name: string): TrainingSetup => {
  const setup = setups[name]!
  return { ...setup, options: { ...setup.options, steps: 4 } }
}

/** What is stopped after which step. */
const resumed: readonly (readonly [name: string, after: number])[] = [
  ['LSTM with attention, dropout, scheduled sampling', 2],
  ['GRU without attention, accumulated batches, moving average', 3],
  ['Transformer, AdamW, dropout, label smoothing', 2],
  ['Transformer of today, Adafactor', 3],
]

function expectEqual(context: CaseContext, got: TrainingTrace, want: TrainingTrace): void {
  context.expectSame('losses', String(got.losses), String(want.losses))
  context.expectSame('gradient norms', String(got.gradientNorms), String(want.gradientNorms))
  for (const [path, values] of Object.entries(want.weights)) {
    context.expectSame(`the weight ${path}`, String(got.weights[path]), String(values))
  }
}

/** Stops after a step, saves, and goes on with another model that knows nothing but the checkpoint. */
async function interrupted(backend: Backend, setup: TrainingSetup, after: number): Promise<TrainingTrace> {
  const store = memoryStore()
  const controller = new AbortController()
  const options: TrainOptions = { ...setup.options, checkpoint: { store } }
  const stopping = { ...setup, options: { ...options, signal: controller.signal } }
  const first = await trace(backend, stopping, ({ step }) => {
    if (step === after) controller.abort()
  })
  const rest = await trace(backend, { ...setup, seed: 99, options: { ...options, resume: true } })
  return {
    losses: [...first.losses, ...rest.losses],
    gradientNorms: [...first.gradientNorms, ...rest.gradientNorms],
    tokens: [...first.tokens, ...rest.tokens],
    weights: rest.weights,
  }
}

const resumeCases = resumed.map(([name, after]) =>
  conformanceCase('training', `resumed after step ${after} = uninterrupted: ${name}`, async (context) => {
    const setup = short(name)
    const whole = await trace(context.backend, setup)
    expectEqual(context, await interrupted(context.backend, setup, after), whole)
  }),
)

const repeated = conformanceCase(
  'training',
  'the same seed gives the same run, to the bit',
  async (context) => {
    const setup = short('Transformer, AdamW, dropout, label smoothing')
    expectEqual(context, await trace(context.backend, setup), await trace(context.backend, setup))
  },
)

const together = conformanceCase('training', 'two models trained at once = each alone', async (context) => {
  const names = ['GRU without attention, momentum', 'Transformer, AdamW, dropout, label smoothing']
  const both = await Promise.all(names.map((name) => trace(context.backend, short(name))))
  for (const [i, name] of names.entries()) {
    expectEqual(context, both[i]!, await trace(context.backend, short(name)))
  }
})

/** Runs of one backend that must be equal to the bit. */
export const equalRunCases: readonly ConformanceCase[] = [...resumeCases, repeated, together]
