import { OptionError } from '../errors.ts'
import { adam } from './adam.ts'
import { checkAverage } from './average.ts'
import { checkCount, checkFlag, checkKnown, checkNumber, checkOneOf, checkPositive } from './check.ts'
import { checkEma } from './ema.ts'
import type {
  CheckpointOptions,
  ReadBatchOptions,
  ReadTrainOptions,
  TrainOptions,
  ValidationOptions,
} from './options.ts'
import { checkRDrop } from './r-drop.ts'
import { schedule } from './schedule.ts'
import { teacherProbability } from './scheduled-sampling.ts'

const names: readonly (keyof TrainOptions)[] = [
  'epochs',
  'steps',
  'minutes',
  'batch',
  'accumulate',
  'optimizer',
  'schedule',
  'clipNorm',
  'clipValue',
  'labelSmoothing',
  'scheduledSampling',
  'rDrop',
  'ema',
  'average',
  'validation',
  'checkpoint',
  'resume',
  'seed',
  'signal',
  'clock',
]

/**
 * Checks the options and fills in defaults; an option that is undefined is one that is not given.
 *
 * @throws OptionError naming the first option that is unknown, out of range or contradicts another.
 */
export function readTrainOptions(options: TrainOptions): ReadTrainOptions {
  checkKnown('', options, names)
  const read: ReadTrainOptions = {
    accumulate: 1,
    optimizer: adam(),
    schedule: { type: 'constant', learningRate: 1e-3 },
    clipNorm: 1,
    clipValue: 0,
    labelSmoothing: 0,
    resume: false,
    seed: 0,
    clock: () => performance.now(),
    ...given(options),
    batch: readBatchOptions(options.batch ?? {}),
  }
  checkEnd(read)
  checkCount('accumulate', read.accumulate, 1)
  checkNumber('clipNorm', read.clipNorm, 0, Infinity)
  checkNumber('clipValue', read.clipValue, 0, Infinity)
  checkNumber('labelSmoothing', read.labelSmoothing, 0, 1)
  checkCount('seed', read.seed, 0)
  checkHas('optimizer', read.optimizer, 'update', 'function', 'give adam(), adamw(), adafactor() or sgd()')
  schedule(read.schedule)
  if (read.scheduledSampling) teacherProbability(read.scheduledSampling)
  if (read.rDrop) checkRDrop(read.rDrop)
  if (read.ema) checkEma(read.ema)
  if (read.average) checkAverage(read.average)
  if (read.validation) checkValidation(read.validation)
  if (read.checkpoint) checkCheckpoint(read.checkpoint)
  if (read.signal)
    checkHas('signal', read.signal, 'aborted', 'boolean', 'give the signal of an AbortController')
  if (typeof read.clock !== 'function') throw new OptionError({ option: 'clock', problem: 'not a function' })
  checkFlag('resume', read.resume)
  checkTogether(read)
  return read
}

/** The entries that are not undefined. */
function given<T extends object>(options: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> }
}

function readBatchOptions(options: NonNullable<TrainOptions['batch']>): ReadBatchOptions {
  checkKnown('batch', options, ['by', 'size', 'shuffle', 'bucket', 'pool', 'lengthMultiple'])
  const read: ReadBatchOptions = {
    by: 'count',
    size: 64,
    shuffle: true,
    bucket: true,
    pool: 100,
    lengthMultiple: 4,
    ...given(options),
  }
  checkOneOf('batch.by', read.by, ['count', 'tokens'])
  checkCount('batch.size', read.size, 1)
  checkFlag('batch.shuffle', read.shuffle)
  checkFlag('batch.bucket', read.bucket)
  checkCount('batch.pool', read.pool, 1)
  if (options.pool !== undefined && !read.bucket) {
    throw new OptionError({
      option: 'batch.pool',
      problem: 'it is the window of buckets, but batch.bucket is false',
      hint: 'leave one of them out',
    })
  }
  checkCount('batch.lengthMultiple', read.lengthMultiple, 1)
  return read
}

function checkEnd({ epochs, steps, minutes }: TrainOptions): void {
  if (epochs === undefined && steps === undefined && minutes === undefined) {
    throw new OptionError({
      option: 'epochs',
      problem: 'nothing says when to stop',
      hint: 'give epochs, steps or minutes',
    })
  }
  if (epochs !== undefined) checkCount('epochs', epochs, 1)
  if (steps !== undefined) checkCount('steps', steps, 1)
  if (minutes !== undefined) checkPositive('minutes', minutes, Infinity)
}

function checkValidation(validation: ValidationOptions): void {
  checkKnown('validation', validation, ['pairs', 'everySteps', 'measure', 'patience'])
  const { pairs, everySteps, measure, patience } = validation
  if (!Array.isArray(pairs)) throw new OptionError({ option: 'validation.pairs', problem: 'not an array' })
  if (pairs.length === 0) throw new OptionError({ option: 'validation.pairs', problem: 'there are none' })
  if (everySteps !== undefined) checkCount('validation.everySteps', everySteps, 1)
  if (patience !== undefined) checkCount('validation.patience', patience, 1)
  if (measure !== undefined && typeof measure !== 'function') {
    throw new OptionError({ option: 'validation.measure', problem: 'not a function' })
  }
}

function checkCheckpoint(checkpoint: CheckpointOptions): void {
  checkKnown('checkpoint', checkpoint, ['store', 'everySteps'])
  checkHas(
    'checkpoint.store',
    checkpoint.store,
    'write',
    'function',
    'give a FileStore, such as memoryStore()',
  )
  if (checkpoint.everySteps !== undefined) checkCount('checkpoint.everySteps', checkpoint.everySteps, 1)
}

/** Options that mean nothing without another. */
function checkTogether(options: ReadTrainOptions): void {
  const { resume, checkpoint, schedule: config, validation, scheduledSampling, rDrop, ema, average } = options
  if (resume && !checkpoint) {
    throw new OptionError({
      option: 'resume',
      problem: 'there is no store to go on from',
      hint: 'give checkpoint.store',
    })
  }
  if (config.type === 'plateau' && !validation) {
    throw new OptionError({
      option: 'schedule',
      problem: 'a plateau is one of the validation metric, but there is no validation',
      hint: 'give validation.pairs',
    })
  }
  if (average && !checkpoint) {
    const problem = 'there are no checkpoints to average'
    throw new OptionError({ option: 'average', problem, hint: 'give checkpoint.store' })
  }
  if (average && ema) {
    const problem = 'ema averages the weights already'
    throw new OptionError({ option: 'average', problem, hint: 'leave one of them out' })
  }
  if (rDrop && scheduledSampling) {
    const problem = 'two passes that are fed different predictions need not agree'
    throw new OptionError({ option: 'rDrop', problem, hint: 'leave out rDrop or scheduledSampling' })
  }
}

/** Refuses an object of the wrong kind: it has no field of this name and type. */
function checkHas(option: string, value: unknown, field: string, type: string, hint: string): void {
  const has = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field]
  if (typeof has !== type) throw new OptionError({ option, problem: `it has no ${field}`, hint })
}
