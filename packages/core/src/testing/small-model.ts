import type { Backend } from '../backend/contract.ts'
import { reference } from '../backend/reference/reference.ts'
import type { Pair } from '../data/index.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { createSeq2Seq } from '../models/seq2seq.ts'
import { buildTokenizer } from '../text/index.ts'
import type { EndEvent, StepEvent, TrainEvent, ValidationEvent } from '../train/events.ts'
import type { TrainOptions } from '../train/options.ts'
import { train } from '../train/train.ts'

/** Words and the same words backwards: a task that a small model learns in a second. */
export const pairs: readonly Pair[] = ['ab', 'ba', 'abc', 'cab', 'bca', 'cc', 'a', 'bb'].map((source) => ({
  source,
  target: [...source].reverse().join(''),
}))

/** What a small model is like; the cells are GRUs by default. */
export interface SmallModelOptions {
  readonly seed?: number
  readonly size?: number
  readonly cell?: string
  readonly dropout?: number
  readonly decoder?: object
  readonly backend?: Backend
}

/** A new model for {@link pairs}, on a reference backend of its own where none is given. */
export function smallModel(options: SmallModelOptions = {}): Seq2Seq {
  const { seed = 1, size = 4, cell = 'gru', dropout = 0, decoder = {}, backend = reference() } = options
  const layer = { type: 'rnn', cell, embeddingSize: size, hiddenSize: size, dropout }
  const tokenizer = buildTokenizer(
    pairs.map(({ source }) => source),
    { type: 'char' },
  )
  return createSeq2Seq(
    {
      config: { version: 1, encoder: layer, decoder: { ...layer, ...decoder } },
      tokenizers: { source: tokenizer, target: tokenizer },
      backend,
    },
    { seed },
  )
}

/** A decoder that attends, for {@link SmallModelOptions}. */
export const attending: object = { attention: { score: 'general' }, output: { from: ['state', 'context'] } }

/** Trains to the end, with a clock that stands still unless another is given, and keeps the events. */
export async function trainAll(
  seq2seq: Seq2Seq,
  options: TrainOptions,
  on: (event: TrainEvent) => void = () => {},
  examples: readonly Pair[] = pairs,
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = []
  for await (const event of train(seq2seq, examples, { clock: () => 0, ...options })) {
    events.push(event)
    on(event)
  }
  return events
}

/** The step events. */
export function stepsOf(events: readonly TrainEvent[]): StepEvent[] {
  return events.filter((event) => event.type === 'step')
}

/** The validation events. */
export function validationsOf(events: readonly TrainEvent[]): ValidationEvent[] {
  return events.filter((event) => event.type === 'validation')
}

/** The last event. */
export function endOf(events: readonly TrainEvent[]): EndEvent {
  return events.at(-1) as EndEvent
}

/** The numbers of every weight, by path. */
export async function weightsOf(seq2seq: Seq2Seq): Promise<Record<string, number[]>> {
  const weights = [...(await seq2seq.weights())]
  return Object.fromEntries(weights.map(([path, { data }]) => [path, [...data]]))
}

/** The largest difference between two models' weights. */
export function distance(a: Record<string, number[]>, b: Record<string, number[]>): number {
  const paths = Object.keys(a)
  return Math.max(...paths.map((path) => Math.max(...a[path]!.map((x, i) => Math.abs(x - b[path]![i]!)))))
}
