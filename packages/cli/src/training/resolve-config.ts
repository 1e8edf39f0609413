import { type PresetName, preset, type ScheduleConfig, type SplitterType } from '@dragoman/core'
import { UsageError } from '../usage-error.ts'
import {
  type Cell,
  defaultEpochs,
  type ModelJson,
  type ModelKind,
  modelPreset,
  trainingPreset,
} from './presets.ts'
import { type TrainingConfig, type TrainingConfigFile, trainingConfigVersion } from './training-config.ts'

/** What the command line says about a run; it overrides the configuration file. */
export interface TrainingFlags {
  readonly model?: ModelKind
  readonly cell?: Cell
  /** A published architecture. */
  readonly preset?: PresetName
  readonly sourceTokens?: SplitterType
  readonly targetTokens?: SplitterType
  readonly epochs?: number
  readonly steps?: number
  readonly minutes?: number
  readonly seed?: number
  readonly batchSize?: number
  readonly learningRate?: number
}

/**
 * A whole configuration from a file, the command line and defaults.
 *
 * @throws UsageError for a flag that contradicts the file.
 */
export function resolveConfig(
  flags: TrainingFlags,
  file: TrainingConfigFile | undefined,
  hasValidation: boolean,
): TrainingConfig {
  const model = file?.model ?? modelOf(flags)
  return {
    version: trainingConfigVersion,
    model,
    tokenizers: {
      source: { type: 'char', ...file?.tokenizers?.source, ...given({ type: flags.sourceTokens }) },
      target: { type: 'char', ...file?.tokenizers?.target, ...given({ type: flags.targetTokens }) },
    },
    training: resolveTraining(flags, file?.training ?? {}, trainingPreset(model, hasValidation)),
    generation: file?.generation ?? {},
  }
}

function modelOf({ model, cell, preset: name }: TrainingFlags): ModelJson {
  if (name !== undefined) return presetOf(name, model, cell)
  if (model === 'transformer' && cell !== undefined) {
    const problem = 'a Transformer has no recurrent cells'
    throw new UsageError({ option: '--cell', problem, hint: 'leave it out, or choose an RNN as --model' })
  }
  return modelPreset(model ?? 'rnn-attention', cell ?? 'gru')
}

function presetOf(name: PresetName, model: ModelKind | undefined, cell: Cell | undefined): ModelJson {
  const found = preset(name)
  const kind = found.decoder.type === 'transformer' ? 'transformer' : undefined
  for (const [option, value] of Object.entries({ '--model': model, '--cell': cell })) {
    if (value === undefined || value === kind) continue
    const problem = `the preset '${name}' describes the model already`
    throw new UsageError({ option, problem, hint: `leave out either ${option} or --preset` })
  }
  return { ...found }
}

type Settings = TrainingConfig['training']

function resolveTraining(flags: TrainingFlags, file: Settings, preset: Settings): Settings {
  const { epochs, steps, minutes, schedule, batch, ...others } = file
  const flagged = given({ epochs: flags.epochs, steps: flags.steps, minutes: flags.minutes })
  const filed = given({ epochs, steps, minutes })
  const limits = [flagged, filed].find((limit) => Object.keys(limit).length > 0) ?? { epochs: defaultEpochs }
  const batchFields = { ...batch, ...given({ size: flags.batchSize }) }
  return {
    ...preset,
    ...others,
    ...limits,
    ...given({ seed: flags.seed }),
    ...(Object.keys(batchFields).length > 0 ? { batch: batchFields } : {}),
    schedule: withLearningRate(schedule ?? preset.schedule!, flags.learningRate),
  }
}

function withLearningRate(schedule: ScheduleConfig, learningRate: number | undefined): ScheduleConfig {
  if (learningRate === undefined) return schedule
  if (schedule.type !== 'noam') return { ...schedule, learningRate }
  throw new UsageError({
    option: '--learning-rate',
    problem: "the schedule 'noam' of the configuration decides it",
    hint: 'leave it out, or set training.schedule.factor',
  })
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
