import type { TrainEvent, ValidationEvent } from '@dragoman/core'
import { createProgress, type ProgressOptions } from '../progress.ts'
import { type Limits, StatusReporter } from './status.ts'

/** Where progress is shown, and what it is measured against. */
export interface TrainingProgressOptions extends Partial<ProgressOptions> {
  /** When the run ends, for the share that is done and the time left. */
  readonly limits: Limits
}

/** Shows how training goes. */
export interface TrainingProgress {
  /** Takes the next event of `train`. */
  report(event: TrainEvent): void
  /** Takes the bar away. */
  stop(): void
  /** Nats per token, smoothed over the last steps; none before the first. */
  readonly loss: number | undefined
  /** The best validation so far. */
  readonly best: ValidationEvent | undefined
}

/**
 * The progress of a training run on standard error: a bar with loss, learning rate, speed and time left
 * on a terminal, a line now and then elsewhere; and a line that stays for each validation.
 *
 *   const progress = trainingProgress({ limits: { minutes: 2 } })
 *   for await (const event of train(model, pairs, { minutes: 2 })) progress.report(event)
 *   progress.stop()
 */
export function trainingProgress({
  limits,
  stderr = process.stderr,
  clock = () => performance.now(),
}: TrainingProgressOptions): TrainingProgress {
  const progress = createProgress({ stderr, clock })
  const status = new StatusReporter(limits, clock())
  let best: ValidationEvent | undefined
  return {
    report(event) {
      if (event.type === 'step') {
        const { share, text } = status.after(event, clock())
        progress.update(share, text)
      } else if (event.type === 'validation') {
        if (event.isBest) best = event
        const praise = event.isBest ? ', the best so far' : ''
        progress.note(`step ${event.step}: validation loss ${event.loss.toFixed(4)}${praise}`)
      }
    },
    stop: () => progress.stop(),
    get loss() {
      return status.loss
    },
    get best() {
      return best
    },
  }
}
