import { ConfigError, FormatError, OptionError } from '../errors.ts'
import { encodeJson, modelFiles } from '../models/model-folder.ts'
import type { FileStore } from '../storage/index.ts'
import { finishedSize } from './beam.ts'
import type { BeamSearchOptions, GenerateOptions, SamplingOptions, TargetOptions } from './options.ts'
import { beamOnly, resolveOptions, samplingOnly } from './resolve-options.ts'

const version = 1

const beamOptions = ['beams', 'nbest', ...beamOnly] as const
const samplingOptions = ['sample', ...samplingOnly] as const
const optionNames = [
  ...beamOptions,
  ...samplingOptions,
  'minLength',
  'maxLength',
  'repetitionPenalty',
  'noRepeatNgramSize',
  'forcedFirst',
  'forcedLast',
  'suppressTokens',
  'tokenBias',
  'replaceUnknown',
] as const satisfies readonly (keyof GenerationConfig)[]

/** The options of `generate` that a model folder may give defaults for. */
export type GenerationConfig = BeamSearchOptions & SamplingOptions & TargetOptions

/**
 * The defaults of a model folder, from its `generation_config.json`; none where there is no such file.
 *
 *   generate(model, sources, withGenerationDefaults(await readGenerationConfig(store), options))
 *
 * @throws FormatError when the file is not JSON; ConfigError with the path of what is wrong.
 */
export async function readGenerationConfig(store: FileStore): Promise<GenerationConfig> {
  const bytes = await store.read(modelFiles.generation)
  if (!bytes) return {}
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new FormatError({ format: modelFiles.generation, problem: 'this is not JSON', cause })
  }
  return checkGenerationConfig(json)
}

/**
 * Writes the defaults into a model folder.
 *
 * @throws ConfigError when `generate` would refuse them; then nothing is written.
 */
export async function writeGenerationConfig(store: FileStore, config: GenerationConfig): Promise<void> {
  const checked = checkGenerationConfig({ version, ...config })
  await store.write(modelFiles.generation, encodeJson({ version, ...checked }))
}

/**
 * Options with defaults for those that are not given. A default that would not apply to what is asked
 * is passed over: beams where `sample` is asked, an n-best above the beams that are asked.
 */
export function withGenerationDefaults(
  defaults: GenerationConfig,
  options: GenerateOptions,
): GenerateOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const merged: GenerateOptions = { ...defaults, ...given }
  const { beams = 1, nbest = 1, minLength = 0, maxLength = Number.POSITIVE_INFINITY, beamGroups = 1 } = merged
  const draws = options.sample ?? (!((options.beams ?? 1) > 1) && (defaults.sample ?? false))
  const contradicted = new Set<keyof GenerationConfig>(draws ? beamOptions : samplingOptions)
  if (beams === 1) for (const option of beamOnly) contradicted.add(option)
  if (beams % beamGroups !== 0 || options.mustContain) {
    contradicted.add('beamGroups').add('diversityPenalty')
  }
  if (options.targetPrefix !== undefined) contradicted.add('forcedFirst')
  if (nbest > beams) contradicted.add('nbest')
  if (nbest > finishedSize(beams, merged.patience ?? 1)) contradicted.add('patience')
  if (minLength > maxLength) contradicted.add('minLength').add('maxLength')
  const kept = Object.entries(merged).filter(
    ([name]) => name in given || !contradicted.has(name as keyof GenerationConfig),
  )
  return Object.fromEntries(kept)
}

function checkGenerationConfig(json: unknown): GenerationConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ConfigError({ path: modelFiles.generation, problem: 'is not an object' })
  }
  const { version: given, ...options } = json as Readonly<Record<string, unknown>>
  if (given !== version) {
    throw new ConfigError({
      path: 'version',
      problem:
        given === undefined ? 'this field is missing' : `version ${JSON.stringify(given)} is not known`,
      allowed: [`${version}`],
    })
  }
  for (const name of Object.keys(options)) {
    if (!optionNames.some((option) => option === name)) {
      throw new ConfigError({ path: name, problem: 'there is no such field', allowed: optionNames })
    }
  }
  try {
    resolveOptions(options)
  } catch (cause) {
    if (!OptionError.isInstance(cause)) throw cause
    throw new ConfigError({ path: cause.option, problem: cause.problem, hint: cause.hint })
  }
  return options as GenerationConfig
}
