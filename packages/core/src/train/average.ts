import type { HostArray } from '../backend/contract.ts'
import { DataError } from '../errors.ts'
import { encodeWeights, modelFiles, readFile, readJson, readWeights } from '../models/model-folder.ts'
import type { FileStore } from '../storage/index.ts'
import { checkCount, checkKnown } from './check.ts'

/** Averages the weights of a run's last checkpoints when it ends. */
export interface AverageOptions {
  /** How many checkpoints, 2 or more; where there are fewer, all of them. */
  readonly last: number
}

/** Throws OptionError for what is unknown or out of range. */
export function checkAverage(options: AverageOptions): void {
  checkKnown('average', options, ['last'])
  checkCount('average.last', options.last, 2)
}

/**
 * The mean of several sets of weights, element by element and summed in float64: what Vaswani et al.
 * 2017 (arXiv:1706.03762, section 6.1) do with the last 5 or 20 checkpoints of a run.
 *
 * @throws DataError when there is none, or when names, kinds or shapes differ.
 */
export function averageWeights(models: readonly ReadonlyMap<string, HostArray>[]): Map<string, HostArray> {
  const [first, ...others] = models
  if (!first) throw new DataError({ problem: 'there are no weights to average' })
  others.forEach((other, i) => {
    expectSame(first, other, i + 1)
  })
  const average = new Map<string, HostArray>()
  for (const [path, { shape, data }] of first) {
    const sum = new Float64Array(data.length)
    for (const model of models) {
      const values = model.get(path)!.data
      for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!
    }
    const mean = data instanceof Float64Array ? sum : new Float32Array(sum.length)
    for (let i = 0; i < sum.length; i++) mean[i] = sum[i]! / models.length
    average.set(path, { kind: 'float', shape, data: mean })
  }
  return average
}

function expectSame(
  first: ReadonlyMap<string, HostArray>,
  other: ReadonlyMap<string, HostArray>,
  index: number,
): void {
  for (const path of new Set([...first.keys(), ...other.keys()])) {
    const [a, b] = [first.get(path), other.get(path)].map(describe)
    if (a === b && a?.startsWith('float')) continue
    throw new DataError({
      problem: `the weight '${path}' cannot be averaged`,
      seen: [`first  ${a}`, `number ${index + 1}  ${b}`],
      hint: 'average models of one configuration and one vocabulary',
    })
  }
}

function describe(array: HostArray | undefined): string {
  return array ? `${array.kind} [${array.shape.join(', ')}]` : 'there is none'
}

/**
 * Averages the weights of model folders of one configuration and one vocabulary, and writes the model
 * that has them; `generation_config.json` is that of the first.
 *
 * @param folders two or more.
 * @param out     a folder that may be one of them: nothing is written before all is read.
 * @throws DataError when their models differ; StorageError or FormatError for a missing or broken file.
 */
export async function averageFolders(folders: readonly FileStore[], out: FileStore): Promise<void> {
  const [first] = folders
  if (!first || folders.length < 2) throw new DataError({ problem: 'averaging takes two models or more' })
  const weights = averageWeights(
    await Promise.all(folders.map((folder) => readWeights(folder, modelFiles.weights))),
  )
  const written: [string, Uint8Array][] = []
  for (const path of [modelFiles.config, modelFiles.tokenizers]) {
    const all = await Promise.all(folders.map(async (folder) => JSON.stringify(await readJson(folder, path))))
    const different = all.findIndex((text) => text !== all[0])
    if (different > 0) {
      throw new DataError({
        problem: `the models have different files ${path}`,
        seen: [`the first differs from number ${different + 1}`],
        hint: 'average models of one configuration and one vocabulary',
      })
    }
    written.push([path, await readFile(first, path)])
  }
  const generation = await first.read(modelFiles.generation)
  if (generation) written.push([modelFiles.generation, generation])
  // Without weights there is no model: a crash on the way leaves no mixture.
  await out.remove(modelFiles.weights)
  for (const [path, bytes] of written) await out.write(path, bytes)
  await out.write(modelFiles.weights, encodeWeights(weights))
}
