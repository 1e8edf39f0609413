import { type GenerateOptions, generate, type Hypothesis, loadModel, type Seq2Seq } from '@dragoman/core'
import type { BackendEntry, OpenOptions } from '../backends.ts'
import { decodingOptions } from '../decoding-options.ts'
import type { CommandContext } from '../main.ts'
import { inFolder } from '../model-folder.ts'
import { diskStore } from '../storage/disk-store.ts'
import { logitsAlong, type TargetLogits } from './logits.ts'

/** What is asked of every backend. */
export interface ComparisonRequest {
  readonly folder: string
  readonly sources: readonly string[]
  readonly options: GenerateOptions
  readonly open: OpenOptions
}

/** What one backend made of the sources, and what it took. */
export interface Measurement {
  readonly info: Readonly<Record<string, string | number | boolean>>
  /** One for each source, the best. */
  readonly outputs: readonly Hypothesis[]
  /** Along the outputs of the first backend, for the first sources. */
  readonly logits: readonly TargetLogits[]
  /** The engine and the weights. */
  readonly loadMs: number
  /** What the first answer took more than the same answer again. */
  readonly compileMs: number
  /** Of all sources in one call, the quickest of some; `<eos>` counted. */
  readonly msPerToken: number
  /** How much the process grew. */
  readonly processBytes: number
  /** What the backend holds for the loaded model. */
  readonly live: { readonly arrays: number; readonly bytes: number }
}

const enoughMs = 500
const mostRuns = 5
// 64 MiB of float32: beyond, the logits of the first sources stand for all.
const mostLogits = 2 ** 24

/**
 * Loads a model on a backend, asks it, and ends the backend.
 *
 * @param expected the outputs along which logits are taken; by default this backend's own.
 */
export async function measure(
  entry: BackendEntry,
  request: ComparisonRequest,
  expected: readonly Hypothesis[] | undefined,
  context: CommandContext,
): Promise<Measurement> {
  const { clock, disk, processBytes } = context.environment
  const bytesBefore = processBytes()
  const start = clock()
  const backend = await entry.open(request.open)
  try {
    const seq2seq = await inFolder(request.folder, () => loadModel(diskStore(request.folder, disk), backend))
    const loadMs = clock() - start
    const decoded = await decode(seq2seq, request, context)
    const targets = (expected ?? decoded.outputs).map(({ ids }) => ids)
    const logits = await logitsAlong(seq2seq, request.sources, thatFit(targets, seq2seq))
    const measurement = {
      info: backend.info(),
      ...decoded,
      logits,
      loadMs,
      processBytes: processBytes() - bytesBefore,
      live: backend.live(),
    }
    await seq2seq.dispose()
    return measurement
  } finally {
    await backend.dispose()
  }
}

async function decode(
  seq2seq: Seq2Seq,
  { folder, sources, options: asked }: ComparisonRequest,
  context: CommandContext,
): Promise<Pick<Measurement, 'outputs' | 'compileMs' | 'msPerToken'>> {
  const { clock } = context.environment
  const options = await decodingOptions(seq2seq, folder, asked, context)
  const timed = async (texts: readonly string[]) => {
    const start = clock()
    const outputs = (await generate(seq2seq, texts, options)).map(({ best }) => best)
    return { outputs, ms: clock() - start }
  }
  const first = await timed(sources.slice(0, 1))
  const again = await timed(sources.slice(0, 1))
  const runs = [await timed(sources)]
  const start = clock()
  while (runs.length < mostRuns && clock() - start < enoughMs) runs.push(await timed(sources))
  const { outputs } = runs[0]!
  return {
    outputs,
    compileMs: Math.max(0, first.ms - again.ms),
    msPerToken: Math.min(...runs.map(({ ms }) => ms)) / tokensOf(outputs),
  }
}

/** Generated tokens, `<eos>` counted. */
export function tokensOf(outputs: readonly Hypothesis[]): number {
  return outputs.reduce((sum, { logProbabilities }) => sum + logProbabilities.length, 0)
}

/** The first targets, as many as there is room for. */
function thatFit(targets: readonly Int32Array[], { config }: Seq2Seq): readonly Int32Array[] {
  let total = 0
  const end = targets.findIndex(({ length }) => {
    total += (length + 1) * config.targetVocabularySize
    return total > mostLogits
  })
  return end < 0 ? targets : targets.slice(0, end)
}
