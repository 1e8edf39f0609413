/** After each update of the weights. */
export interface StepEvent {
  readonly type: 'step'
  /** Updates so far, from 1. */
  readonly step: number
  /** From 0. */
  readonly epoch: number
  /** Share of the epoch that is done, 0 to 1. */
  readonly epochProgress: number
  /** Nats per real target token, with smoothing and dropout as trained. */
  readonly loss: number
  readonly learningRate: number
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number
  /** Real target tokens of this step, `<eos>` counted. */
  readonly tokens: number
  /** Real target tokens a second, over this step. */
  readonly tokensPerSecond: number
}

/** After each look at the validation pairs. */
export interface ValidationEvent {
  readonly type: 'validation'
  readonly step: number
  /** Nats per real target token. */
  readonly loss: number
  /** What decides: `measure`, or the loss. The smaller the better. */
  readonly metric: number
  readonly isBest: boolean
}

/** After the run was saved. */
export interface CheckpointEvent {
  readonly type: 'checkpoint'
  readonly step: number
}

/** The last event. */
export interface EndEvent {
  readonly type: 'end'
  readonly step: number
  readonly reason: 'epochs' | 'steps' | 'minutes' | 'patience' | 'aborted'
  /** The step whose weights the model has now: the best one where there was validation. */
  readonly weightsOfStep: number
}

export type TrainEvent = StepEvent | ValidationEvent | CheckpointEvent | EndEvent
