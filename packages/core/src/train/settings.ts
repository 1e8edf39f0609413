import type { Example } from '../data/index.ts'
import { OptionError } from '../errors.ts'
import { murmur3 } from '../graph/hash.ts'
import type { ModelConfig } from '../models/config.ts'
import type { ReadTrainOptions } from './options.ts'

/** What a saved run keeps of its options, model and data: plain JSON. */
export type Settings = Readonly<Record<string, unknown>>

/** What a run learns from, and how it is checked. */
export interface RunInputs {
  readonly config: ModelConfig
  readonly examples: readonly Example[]
  /** Examples of the validation pairs. */
  readonly validation: readonly Example[] | undefined
}

/**
 * What must be the same for a saved run to go on to the bit. When to stop (`epochs`, `steps`,
 * `minutes`, `patience`) and when to save is not of it: those may change.
 */
export function settingsOf(options: ReadTrainOptions, { config, examples, validation }: RunInputs): Settings {
  const { everySteps = null, measure } = options.validation ?? {}
  return {
    model: config,
    pairs: fingerprint(examples),
    seed: options.seed,
    batch: options.batch,
    accumulate: options.accumulate,
    optimizer: options.optimizer.config,
    schedule: options.schedule,
    clipNorm: options.clipNorm,
    clipValue: options.clipValue,
    labelSmoothing: options.labelSmoothing,
    scheduledSampling: options.scheduledSampling ?? null,
    ...(options.rDrop ? { rDrop: options.rDrop } : {}),
    ...(options.ema ? { ema: options.ema } : {}),
    ...(options.average ? { average: options.average } : {}),
    validation: validation
      ? { pairs: fingerprint(validation), everySteps, measure: measure !== undefined }
      : null,
  }
}

/** How many examples there are, and 64 bits that tell their tokens and order apart. */
export function fingerprint(examples: readonly Example[]): string {
  const count = examples.reduce((sum, { source, target }) => sum + source.length + target.length + 2, 0)
  const words = new Int32Array(count)
  let at = 0
  for (const { source, target } of examples) {
    for (const ids of [source, target]) {
      words[at] = ids.length
      words.set(ids, at + 1)
      at += ids.length + 1
    }
  }
  const bytes = new Uint8Array(words.buffer)
  const hash = [murmur3(bytes, 0), murmur3(bytes, 0x9e3779b9)]
  return `${examples.length} pairs, hash ${hash.map((word) => word.toString(16).padStart(8, '0')).join('')}`
}

/** Refuses to go on with other settings than the run began with. Throws OptionError naming the first. */
export function checkSettings(saved: Settings, now: Settings): void {
  const difference = firstDifference(saved, now, '')
  if (!difference) return
  const [before, after] = [difference.saved, difference.now].map((value) => JSON.stringify(value) ?? 'none')
  throw new OptionError({
    option: difference.path,
    problem: `the run that was saved had ${before}, this one has ${after}`,
    hint: 'resume with the same model, options and pairs, or start anew in another folder',
  })
}

interface Difference {
  readonly path: string
  readonly saved: unknown
  readonly now: unknown
}

/** The order in which fields are written does not count. */
function firstDifference(saved: unknown, now: unknown, path: string): Difference | undefined {
  if (!isRecord(saved) || !isRecord(now)) {
    return JSON.stringify(saved) === JSON.stringify(now) ? undefined : { path, saved, now }
  }
  for (const name of Object.keys({ ...saved, ...now })) {
    const difference = firstDifference(saved[name], now[name], path === '' ? name : `${path}.${name}`)
    if (difference) return difference
  }
  return undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
