import { checkCount, checkKnown, checkNumber, checkOneOf } from './check.ts'

/** A learning rate for every step. `reduce-on-plateau` also listens to a metric. */
export interface Schedule {
  /** Learning rate of a step, counted from 1. */
  learningRate(step: number): number
  /** Told the metric of each validation, the smaller the better. */
  observe(metric: number): void
  /** What a checkpoint keeps, and takes back. */
  state(): Readonly<Record<string, number>>
  restore(state: Readonly<Record<string, number>>): void
}

/** A schedule as data. Steps are counted from 1; `warmupSteps` (default 0) rise linearly from 0. */
export type ScheduleConfig =
  | { readonly type: 'constant'; readonly learningRate: number; readonly warmupSteps?: number }
  /** factor · modelSize^−½ · min(step^−½, step · warmupSteps^−1½): Vaswani et al. 2017, eq. 3. */
  | {
      readonly type: 'noam'
      readonly modelSize: number
      readonly warmupSteps: number
      readonly factor?: number
    }
  /** After the warm-up learningRate · √(warmupSteps / step). */
  | { readonly type: 'inverse-square-root'; readonly learningRate: number; readonly warmupSteps: number }
  /** After the warm-up half a cosine down to `minimum` at `totalSteps`: Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5. */
  | {
      readonly type: 'cosine'
      readonly learningRate: number
      readonly totalSteps: number
      readonly warmupSteps?: number
      readonly minimum?: number
    }
  /** Times `factor` after more than `patience` validations that were no better by the share `threshold`. */
  | {
      readonly type: 'plateau'
      readonly learningRate: number
      readonly factor?: number
      readonly patience?: number
      readonly threshold?: number
      readonly minimum?: number
      readonly warmupSteps?: number
    }

/** The schedule that a configuration describes. Throws OptionError for what is unknown, missing or out of range. */
export function schedule(config: ScheduleConfig): Schedule {
  checkConfig(config)
  if (config.type === 'plateau') return plateau(config)
  return {
    learningRate: curve(config),
    observe: () => undefined,
    state: () => ({}),
    restore: () => undefined,
  }
}

const fields: Readonly<Record<ScheduleConfig['type'], readonly string[]>> = {
  constant: ['learningRate', 'warmupSteps'],
  noam: ['modelSize', 'warmupSteps', 'factor'],
  'inverse-square-root': ['learningRate', 'warmupSteps'],
  cosine: ['learningRate', 'totalSteps', 'warmupSteps', 'minimum'],
  plateau: ['learningRate', 'factor', 'patience', 'threshold', 'minimum', 'warmupSteps'],
}

function checkConfig(config: ScheduleConfig): void {
  checkOneOf('schedule.type', config?.type, Object.keys(fields))
  checkKnown('schedule', config, ['type', ...fields[config.type]])
  const needsWarmup = config.type === 'noam' || config.type === 'inverse-square-root'
  checkCount('schedule.warmupSteps', config.warmupSteps ?? 0, needsWarmup ? 1 : 0)
  if (config.type === 'noam') {
    checkCount('schedule.modelSize', config.modelSize, 1)
    checkNumber('schedule.factor', config.factor ?? 1, 0, Infinity)
    return
  }
  checkNumber('schedule.learningRate', config.learningRate, 0, Infinity)
  if (config.type === 'cosine') {
    checkCount('schedule.totalSteps', config.totalSteps, (config.warmupSteps ?? 0) + 1)
    checkNumber('schedule.minimum', config.minimum ?? 0, 0, Infinity)
  } else if (config.type === 'plateau') {
    checkNumber('schedule.factor', config.factor ?? 0.5, 0, 1)
    checkCount('schedule.patience', config.patience ?? 2, 0)
    checkNumber('schedule.threshold', config.threshold ?? 1e-4, 0, 1)
    checkNumber('schedule.minimum', config.minimum ?? 0, 0, Infinity)
  }
}

function warmUp(step: number, warmupSteps = 0): number {
  return step < warmupSteps ? step / warmupSteps : 1
}

function curve(config: Exclude<ScheduleConfig, { type: 'plateau' }>): (step: number) => number {
  switch (config.type) {
    case 'constant':
      return (step) => config.learningRate * warmUp(step, config.warmupSteps)
    case 'noam': {
      const { modelSize, warmupSteps, factor = 1 } = config
      return (step) => factor * modelSize ** -0.5 * Math.min(step ** -0.5, step * warmupSteps ** -1.5)
    }
    case 'inverse-square-root': {
      const { learningRate, warmupSteps } = config
      return (step) => learningRate * Math.min(step / warmupSteps, Math.sqrt(warmupSteps / step))
    }
    case 'cosine': {
      const { learningRate, totalSteps, warmupSteps = 0, minimum = 0 } = config
      return (step) => {
        if (step < warmupSteps) return learningRate * (step / warmupSteps)
        const progress = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps))
        return minimum + (learningRate - minimum) * 0.5 * (1 + Math.cos(Math.PI * progress))
      }
    }
  }
}

/** As PyTorch's ReduceLROnPlateau with mode `min` and a relative threshold. */
function plateau(config: Extract<ScheduleConfig, { type: 'plateau' }>): Schedule {
  const { learningRate, factor = 0.5, patience = 2, threshold = 1e-4, minimum = 0, warmupSteps } = config
  let [rate, best, bad] = [learningRate, Infinity, 0]
  return {
    learningRate: (step) => rate * warmUp(step, warmupSteps),
    observe(metric) {
      if (metric < best * (1 - threshold)) {
        best = metric
        bad = 0
      } else bad++
      if (bad > patience) {
        const next = Math.max(rate * factor, minimum)
        // Smaller changes than this are not worth one, in PyTorch too.
        if (rate - next > 1e-8) rate = next
        bad = 0
      }
    },
    // JSON has no infinity: a metric that was never seen is left out.
    state: () => ({ rate, bad, ...(best === Infinity ? {} : { best }) }),
    restore(state) {
      rate = state.rate ?? rate
      bad = state.bad ?? 0
      best = state.best ?? Infinity
    },
  }
}
