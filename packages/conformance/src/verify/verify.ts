import type { Backend, HostArray, Model, Seq2Seq } from '@dragoman/core'
import { DataError, initialValue, OptionError, reference, Session } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { entryOf } from '../array.ts'
import { firstDifference } from '../compare.ts'
import { decodeSteps } from '../laws/decode-steps.ts'
import { forwardGraph, lossGraph } from '../laws/model-graphs.ts'
import { runIn } from '../run-graph.ts'
import { elementScales, usualSize } from './element-scales.ts'
import type { GoldenBatch } from './golden-batch.ts'
import { goldenBatch } from './golden-batch.ts'
import { VerificationError } from './verification-error.ts'

/** How a model is verified. */
export interface VerifyOptions {
  /** Where a bare {@link Model} is verified, with weights drawn from the seed; a Seq2Seq has its own. */
  readonly backend?: Backend
  /** Of the golden batch. Default 0. */
  readonly seed?: number
  /** Source and target tokens of each of two rows. Default 4. */
  readonly tokens?: number
  /** Verify loss and gradients too, as training needs them. Default false. */
  readonly gradients?: boolean
  /**
   * What may differ, as a share of the largest element of an output; of at most a thousand times its median where
   * the element itself is smaller. Default 1e-3.
   */
  readonly tolerance?: number
}

/** What a verification came to. */
export interface VerifyReport {
  readonly backend: string
  /** The largest difference of all outputs, as the share that `tolerance` limits. */
  readonly largestDifference: number
  /** Outputs that were compared. */
  readonly outputs: number
  /** Milliseconds of the backend, compilation included, and of the reference. */
  readonly ms: number
  readonly referenceMs: number
}

/**
 * Holds a model, with the weights that it has and on the machine where it is, to the float64 reference: a
 * golden batch by teacher forcing (memory, logits, attention), the same logits step by step with caches,
 * and where asked for loss and gradients.
 *
 *   await verify(seq2seq)
 *
 * It costs about 4 · `tokens` multiplications for each weight in plain TypeScript, three times that with
 * `gradients`: some tenths of a second for a million weights.
 *
 * @throws VerificationError with the first wrong output, its element, what was expected and what came;
 *   DataError for a model of whose outputs one has no finite element, as with NaN among its weights;
 *   OptionError.
 */
export async function verify(target: Seq2Seq | Model, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { seed = 0, tokens = 4, gradients = false, tolerance = 1e-3 } = options
  expectOption('tokens', Number.isInteger(tokens) && tokens >= 2, `${tokens} is no whole number from 2 up`)
  expectOption('tolerance', tolerance > 0 && tolerance < 1, `${tolerance} is not between 0 and 1`)
  const read = { seed, tokens, gradients, tolerance }
  if ('session' in target) {
    expectOption('backend', options.backend === undefined, 'a Seq2Seq has a backend of its own')
    const weights = Object.fromEntries(await target.weights())
    return compare(target.model, target.session.backend, weights, read)
  }
  expectOption('backend', options.backend !== undefined, 'a bare model needs one')
  const weights = target.parameters.map((parameter) => [parameter.path, initialValue(parameter, seed)])
  return compare(target, options.backend!, Object.fromEntries(weights), read)
}

function expectOption(option: string, holds: boolean, problem: string): void {
  if (!holds) throw new OptionError({ option, problem })
}

type ReadOptions = Required<Omit<VerifyOptions, 'backend'>>

async function compare(
  model: Model,
  backend: Backend,
  weights: Arrays,
  { seed, tokens, gradients, tolerance }: ReadOptions,
): Promise<VerifyReport> {
  const batch = goldenBatch(model, tokens, seed)
  const referenceStart = performance.now()
  const oracle = await inSession(reference(), weights, (session) =>
    outputsOf(model, session, batch, gradients),
  )
  const expected = { ...oracle, ...logitsByStep(oracle.logits!) }
  expectSomeFinite(expected)
  const start = performance.now()
  const got = await inSession(backend, weights, async (session) => ({
    ...(await outputsOf(model, session, batch, gradients)),
    ...(await steps(model, session, batch)),
  }))
  const ms = performance.now() - start
  const least = Math.max(1, usualSize(Object.values(expected).map(({ data }) => usualSize(data)))) / 1000
  const differences = Object.entries(expected).map(([output, want]) =>
    expectClose(backend, output, got[output], want, { tolerance, least }),
  )
  return {
    backend: backend.name,
    largestDifference: Math.max(...differences),
    outputs: differences.length,
    ms,
    referenceMs: start - referenceStart,
  }
}

/** Lends a session that holds the weights. */
async function inSession<T>(
  backend: Backend,
  weights: Arrays,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session(backend)
  try {
    for (const [path, weight] of Object.entries(weights)) session.set(path, weight)
    return await use(session)
  } finally {
    await session.dispose()
  }
}

/** Teacher forcing, and with gradients the loss of the ids as their own targets. */
async function outputsOf(
  model: Model,
  session: Session,
  batch: GoldenBatch,
  gradients: boolean,
): Promise<Record<string, HostArray>> {
  const outputs = await runIn(session, forwardGraph(model), batch)
  if (!gradients) return outputs
  const lengths = { kind: 'int', shape: [2], data: new Int32Array(2).fill(batch.ids.shape[1]!) } as const
  const trained = { ...batch, targets: batch.ids, targetLengths: lengths }
  return { ...outputs, ...(await runIn(session, lossGraph(model), trained)) }
}

/** Logits of one step after another, as a search asks for them. */
async function steps(model: Model, session: Session, batch: GoldenBatch): Promise<Record<string, HostArray>> {
  const run = (graph: Parameters<typeof runIn>[1], inputs: Arrays) => runIn(session, graph, inputs)
  const made = await decodeSteps(run, model, {}, batch, (t) => entryOf(batch.ids, 1, t))
  return Object.fromEntries(made.map(({ logits }, t) => [stepName(t), logits!]))
}

function logitsByStep(logits: HostArray): Record<string, HostArray> {
  const count = logits.shape[1]!
  return Object.fromEntries(
    Array.from({ length: count }, (_, t) => [stepName(t), entryOf(logits, 1, t)] as const),
  )
}

const stepName = (t: number) => `logits of step ${t}`

/** What is NaN or infinite throughout would be the same on a backend that computes something else. */
function expectSomeFinite(outputs: Arrays): void {
  for (const [output, { data }] of Object.entries(outputs)) {
    if (data.length === 0 || data.some(Number.isFinite)) continue
    throw new DataError({
      problem: `verify has nothing to compare: ${output} of the float64 reference has no finite element`,
      seen: [`all ${data.length} elements are NaN or infinite`],
      hint: 'look for NaN and infinities in the weights of the model',
    })
  }
}

/**
 * The largest difference, as a share of what it is measured by; throws when it is above the tolerance. Some
 * gradients are 0 but for rounding, so a thousandth of the usual size of all outputs counts too.
 */
function expectClose(
  backend: Backend,
  output: string,
  got: HostArray | undefined,
  want: HostArray,
  { tolerance, least }: { readonly tolerance: number; readonly least: number },
): number {
  const scales = elementScales(want.data, least)
  const difference = got
    ? firstDifference(got, want, { each: scales.map((scale) => tolerance * scale) })
    : { index: [], expected: 'an array', got: 'nothing', tolerance: undefined }
  if (difference) {
    const { tolerance: allowed, ...rest } = difference
    throw new VerificationError({
      backend: backend.name,
      output,
      info: backend.info(),
      tolerance: allowed,
      ...rest,
    })
  }
  let largest = 0
  want.data.forEach((x, i) => {
    // An infinity that is expected came, else this line is not reached.
    if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x - got!.data[i]!) / scales[i]!)
  })
  return largest
}
