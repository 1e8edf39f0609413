import { OptionError } from '@dragoman/core/backend'

/**
 * Options of ONNX Runtime's sessions, as its own documentation describes them. Those that the backend sets itself
 * (providers, locations of outputs, sizes) are not among them.
 */
export interface OnnxSessionOptions {
  /** Threads within an op; only `onnxruntime-node`, see `ort.env.wasm.numThreads` for `onnxruntime-web`. */
  readonly intraOpNumThreads?: number
  /** Threads across ops with `executionMode: 'parallel'`; only `onnxruntime-node`. */
  readonly interOpNumThreads?: number
  readonly executionMode?: 'sequential' | 'parallel'
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all'
  readonly enableCpuMemArena?: boolean
  readonly enableMemPattern?: boolean
  readonly enableProfiling?: boolean
  readonly profileFilePrefix?: string
  readonly optimizedModelFilePath?: string
  readonly logId?: string
  /** From 0 (verbose) to 4 (fatal), which is the default: what fails is thrown, so it is not logged too. */
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4
  /** Only `onnxruntime-web`. */
  readonly logVerbosityLevel?: number
  /** Entries of the session's configuration; only `onnxruntime-web`. */
  readonly extra?: Readonly<Record<string, unknown>>
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0
const isText = (value: unknown): boolean => typeof value === 'string'
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value)

type Rule = readonly [what: string, takes: (value: unknown) => boolean]

const count: Rule = ['a whole number from 0 on', isCount]
const text: Rule = ['a string', isText]
const flag: Rule = ['true or false', isFlag]

/** What an option takes. */
const rules: { readonly [K in keyof Required<OnnxSessionOptions>]: Rule } = {
  intraOpNumThreads: count,
  interOpNumThreads: count,
  executionMode: ["'sequential' or 'parallel'", oneOf('sequential', 'parallel')],
  graphOptimizationLevel: [
    "'disabled', 'basic', 'extended', 'layout' or 'all'",
    oneOf('disabled', 'basic', 'extended', 'layout', 'all'),
  ],
  enableCpuMemArena: flag,
  enableMemPattern: flag,
  enableProfiling: flag,
  profileFilePrefix: text,
  optimizedModelFilePath: text,
  logId: text,
  logSeverityLevel: ['a whole number from 0 to 4', oneOf(0, 1, 2, 3, 4)],
  logVerbosityLevel: count,
  extra: ['an object', (value) => typeof value === 'object' && value !== null],
}

/** Which builds know an option. */
const builds: { readonly [K in keyof Required<OnnxSessionOptions>]: readonly ('node' | 'web')[] } = {
  intraOpNumThreads: ['node'],
  interOpNumThreads: ['node'],
  executionMode: ['node', 'web'],
  graphOptimizationLevel: ['node', 'web'],
  enableCpuMemArena: ['node', 'web'],
  enableMemPattern: ['node', 'web'],
  enableProfiling: ['node', 'web'],
  profileFilePrefix: ['node', 'web'],
  optimizedModelFilePath: ['node', 'web'],
  logId: ['node', 'web'],
  logSeverityLevel: ['node', 'web'],
  logVerbosityLevel: ['web'],
  extra: ['web'],
}

/** Why the caller may not set an option. */
const owned: Readonly<Record<string, string>> = {
  executionProviders: 'name them in providers',
  preferredOutputLocation: 'the backend chooses it by the provider',
  enableGraphCapture: 'it needs sizes that never change',
  freeDimensionOverrides: 'a program serves every size',
  externalData: 'the backend writes its models itself',
}

/**
 * Throws OptionError for an option that the build does not have or take, or that contradicts what the backend does.
 */
export function checkSessionOptions(build: 'node' | 'web', options: OnnxSessionOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError({
      option: 'session',
      problem: 'it is no object',
      hint: 'leave it out for the defaults',
    })
  }
  for (const [name, value] of Object.entries(options)) {
    const option = `session.${name}`
    const hint = owned[name]
    if (hint !== undefined)
      throw new OptionError({ option, problem: 'this is not for the caller to set', hint })
    if (!Object.hasOwn(builds, name)) {
      throw new OptionError({
        option,
        problem: 'there is no such option',
        hint: `known: ${Object.keys(builds).join(', ')}`,
      })
    }
    const [what, takes] = rules[name as keyof OnnxSessionOptions]
    if (builds[name as keyof OnnxSessionOptions].includes(build)) {
      if (value === undefined || takes(value)) continue
      throw new OptionError({ option, problem: `${JSON.stringify(value)} is not ${what}` })
    }
    throw new OptionError({
      option,
      problem: `onnxruntime-${build} does not look at it`,
      hint: name.endsWith('NumThreads') ? 'set ort.env.wasm.numThreads before the first backend' : undefined,
    })
  }
}
