import type { Pair } from '../data/index.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { TrainEvent } from './events.ts'
import type { TrainOptions } from './options.ts'
import { readTrainOptions } from './read-options.ts'
import { TrainingRun } from './training-run.ts'

/**
 * Trains a model on pairs by teacher forcing, and tells what happens:
 *
 *   for await (const event of train(seq2seq, pairs, { epochs: 10 })) {
 *     if (event.type === 'step') console.log(event.step, event.loss)
 *   }
 *
 * `break` ends it at once; an aborted `signal` finishes the step, saves a checkpoint where there is a
 * store, and ends. With validation the model has the weights of the best one at the end; a run that
 * ends between two validations, but for an abort, is validated once more. With `ema` or `average` the
 * model has the averaged weights at the end; after a `break` it has those of the last step.
 *
 * @throws OptionError for options that are unknown, out of range or contradict each other, or when the
 *   model is being trained already; DataError for pairs that cannot be used; NonFiniteError, naming
 *   the step and the first tensor, when a loss or gradient is not finite: the weights are then those
 *   before that step. Memory that training alone needs is given back then too.
 */
export async function* train(
  seq2seq: Seq2Seq,
  pairs: readonly Pair[],
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, undefined> {
  const read = readTrainOptions(options)
  const { validation, checkpoint, average } = read
  const run = await TrainingRun.start(seq2seq, pairs, read)
  try {
    let isSaved = !run.hasSteps
    let reason = run.endReason()
    while (!reason) {
      yield await run.update()
      isSaved = false
      if (validation && run.isDue(validation)) yield await run.validate()
      if (checkpoint && run.isDue(checkpoint)) {
        yield await run.checkpoint()
        isSaved = true
      }
      reason = run.endReason()
    }
    if (checkpoint && !isSaved) yield await run.checkpoint()
    // After the checkpoint, which a longer run goes on from as if this one had not ended here.
    if (validation && reason !== 'aborted' && !run.isDue(validation)) {
      yield await run.validate()
      await run.saveLast()
    }
    if (average && reason !== 'aborted') {
      const validated = await run.average()
      if (validated) yield validated
      await run.saveLast()
    }
    yield await run.end(reason)
  } finally {
    run.dispose()
  }
}
