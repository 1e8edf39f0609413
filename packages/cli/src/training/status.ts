import type { StepEvent } from '@dragoman/core'
import type { TrainingSettings } from './training-config.ts'

/** When a run ends. */
export type Limits = Pick<TrainingSettings, 'epochs' | 'steps' | 'minutes'>

/** How far a run is. */
export interface Status {
  /** 0 to 1. */
  readonly share: number
  readonly text: string
}

const smoothing = 0.95

/** Follows a run's steps and says how far it is, with loss and speed smoothed over the last steps. */
export class StatusReporter {
  readonly #limits: Limits
  readonly #startMs: number
  #first: { readonly share: number; readonly atMs: number } | undefined
  #loss = 0
  #tokensPerSecond = 0

  constructor(limits: Limits, startMs: number) {
    this.#limits = limits
    this.#startMs = startMs
  }

  /** Nats per token over the last steps; none before the first. */
  get loss(): number | undefined {
    return this.#first && this.#loss
  }

  /** @param nowMs on the same clock as `startMs`. */
  after(event: StepEvent, nowMs: number): Status {
    const share = this.#shareOf(event, nowMs)
    const keep = this.#first ? smoothing : 0
    this.#loss = keep * this.#loss + (1 - keep) * event.loss
    this.#tokensPerSecond = keep * this.#tokensPerSecond + (1 - keep) * event.tokensPerSecond
    this.#first ??= { share, atMs: nowMs }
    return { share, text: this.#describe(event, share, nowMs) }
  }

  #shareOf({ epoch, epochProgress, step }: StepEvent, nowMs: number): number {
    const { epochs, steps, minutes } = this.#limits
    const shares = [
      epochs === undefined ? 0 : (epoch + epochProgress) / epochs,
      steps === undefined ? 0 : step / steps,
      minutes === undefined ? 0 : (nowMs - this.#startMs) / (minutes * 60_000),
    ]
    return Math.min(1, Math.max(...shares))
  }

  #describe({ epoch, epochProgress, step, learningRate }: StepEvent, share: number, nowMs: number): string {
    const { epochs } = this.#limits
    const { share: from, atMs } = this.#first!
    const left = ((1 - share) / (share - from)) * (nowMs - atMs)
    // The most wanted first: a narrow terminal cuts the rest off.
    const parts = [
      ...(share > from && share < 1 ? [`${formatTime(left)} left`] : []),
      `loss ${this.#loss.toFixed(3)}`,
      `epoch ${(epoch + epochProgress).toFixed(1)}${epochs === undefined ? '' : `/${epochs}`}`,
      `step ${step}`,
      `lr ${learningRate.toPrecision(2)}`,
      `${Math.round(this.#tokensPerSecond).toLocaleString('en')} tokens/s`,
    ]
    return parts.join('  ')
  }
}

/** Milliseconds as `1h 02m`, `3m 05s` or `12s`. */
export function formatTime(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  if (hours > 0) return `${hours}h ${two(minutes)}m`
  return minutes > 0 ? `${minutes}m ${two(seconds % 60)}s` : `${seconds}s`
}
