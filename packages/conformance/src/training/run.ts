import type { Backend, StepEvent, TrainEvent, TrainOptions } from '@dragoman/core'
import { train } from '@dragoman/core'
import type { SmallModelName, SmallModelOptions } from '../small-models.ts'
import { pairs, smallModel } from '../small-models.ts'

/** What of a run can be compared with another. */
export interface TrainingTrace {
  readonly losses: readonly number[]
  readonly gradientNorms: readonly number[]
  readonly tokens: readonly number[]
  /** Every weight after the last step, by path. */
  readonly weights: Readonly<Record<string, readonly number[]>>
}

/** A small model and how it is trained. */
export interface TrainingSetup extends SmallModelOptions {
  readonly model: SmallModelName
  readonly options: TrainOptions
}

/** Trains a small model on a backend; `onStep` may stop it. */
export async function trace(
  backend: Backend,
  { model, options, ...rest }: TrainingSetup,
  onStep: (event: StepEvent) => void = () => {},
): Promise<TrainingTrace> {
  const seq2seq = smallModel(model, backend, rest)
  try {
    const events: TrainEvent[] = []
    for await (const event of train(seq2seq, pairs, { clock: () => 0, ...options })) {
      events.push(event)
      if (event.type === 'step') onStep(event)
    }
    const steps = events.filter((event) => event.type === 'step')
    const weights = [...(await seq2seq.weights())].map(([path, { data }]) => [path, [...data]] as const)
    return {
      losses: steps.map(({ loss }) => loss),
      gradientNorms: steps.map(({ gradientNorm }) => gradientNorm),
      tokens: steps.map(({ tokens }) => tokens),
      weights: Object.fromEntries(weights),
    }
  } finally {
    await seq2seq.dispose()
  }
}
