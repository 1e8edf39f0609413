import type { HostArray, Model } from '@dragoman/core'
import { reference } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { bools, countOf, cutColumns, floats, ints, takeRows } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import type { Generator } from '../generator.ts'
import { runGraph } from '../run-graph.ts'
import type { DecoderKind } from './decoder-kinds.ts'
import { decoderKinds } from './decoder-kinds.ts'
import { law, lawTolerances } from './law.ts'
import { forwardGraph, lossGraph, stepGraphs } from './model-graphs.ts'
import type { Batch } from './random-model.ts'
import { batchOf, randomBatch, randomModel, weightsOf } from './random-model.ts'

type Law = (context: CaseContext, draw: Generator, kind: DecoderKind, index: number) => Promise<void>

/** Row r of a batch as a batch of its own, without padding. */
function rowAlone(batch: Batch, row: number): Batch {
  const only = (array: HostArray) => takeRows(array, [row])
  const source = cutColumns(only(batch.source), batch.lengths.data[row]!)
  const length = batch.targetLengths.data[row]!
  return {
    source,
    lengths: only(batch.lengths),
    ids: cutColumns(only(batch.ids), length),
    targets: cutColumns(only(batch.targets), length),
    targetLengths: only(batch.targetLengths),
  }
}

function forwardInputs({ source, lengths, ids }: Batch): Arrays {
  return { source, lengths, ids }
}

/** Sums arrays of the same names and shapes. */
function sumOf(parts: readonly Arrays[]): Record<string, HostArray> {
  const [first] = parts
  return Object.fromEntries(
    Object.entries(first!).map(([name, { shape }]) => {
      const total = new Float64Array(countOf(shape))
      for (const part of parts) {
        part[name]!.data.forEach((x, i) => {
          total[i] = total[i]! + x
        })
      }
      return [name, floats(shape, total)]
    }),
  )
}

/** A row in a padded batch = the row alone: memory, states, logits, weights; and every gradient. */
const padding: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw)
  const forward = forwardGraph(model)
  const together = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const loss = lossGraph(model)
  const losses = await context.run(loss, { ...batch, ...weights })
  const alone: Arrays[] = []
  for (let row = 0; row < batch.lengths.data.length; row++) {
    const single = rowAlone(batch, row)
    const [, S] = single.source.shape as [number, number]
    const [, T] = single.ids.shape as [number, number]
    const cut: Record<string, HostArray> = {}
    for (const [name, array] of Object.entries(together)) {
      const own = takeRows(array, [row])
      if (name === 'memory') cut[name] = cutColumns(own, S)
      else if (name === 'logits') cut[name] = cutColumns(own, T)
      else if (name === 'weights') cut[name] = cutLast(cutColumns(own, T), S)
      else cut[name] = own
    }
    context.expectClose(
      cut,
      await context.run(forward, { ...forwardInputs(single), ...weights }),
      lawTolerances,
    )
    alone.push(await context.run(loss, { ...single, ...weights }))
  }
  context.expectClose(losses, sumOf(alone), lawTolerances)
}

function cutLast({ shape, data }: HostArray, size: number): HostArray {
  const width = shape.at(-1)!
  return floats(
    [...shape.slice(0, -1), size],
    [...data].filter((_, i) => i % width < size),
  )
}

/** Rows in another order give the same results in that order, and the same gradients. */
const permutation: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw)
  const order = draw.permutation(3)
  const permute = (arrays: Arrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, takeRows(array, order)]))
  const forward = forwardGraph(model)
  const before = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const inputs = { ...permute(forwardInputs(batch)), ...weights }
  context.expectClose(await context.run(forward, inputs), permute(before), lawTolerances)
  const loss = lossGraph(model)
  const expected = await context.run(loss, { ...batch, ...weights })
  context.expectClose(await context.run(loss, { ...permute(batch), ...weights }), expected, lawTolerances)
}

/** Column t of [B, T, ...]. */
function columnOf(array: HostArray, t: number): HostArray {
  const [B, T, ...rest] = array.shape as [number, number, ...number[]]
  const width = countOf(rest)
  const taken: number[] = []
  for (let row = 0; row < B; row++) {
    const from = (row * T + t) * width
    taken.push(...array.data.subarray(from, from + width))
  }
  return array.kind === 'int' ? ints([B, ...rest], taken) : floats([B, ...rest], taken)
}

/** Runs a decoder token by token; `next` chooses what it reads from the step and what it wrote. */
async function decodeSteps(
  context: CaseContext,
  model: Model,
  weights: Arrays,
  batch: Batch,
  next: (t: number, logits: HostArray | undefined) => HostArray,
): Promise<Record<string, HostArray>[]> {
  const graphs = stepGraphs(model)
  // A graph takes only the weights that it uses.
  const weightsFor = (graph: typeof graphs.start) =>
    Object.fromEntries(
      Object.entries(weights).filter(([path]) => graph.inputs.some((port) => port.name === path)),
    )
  const { source, lengths } = batch
  let state = await context.run(graphs.start, { source, lengths, ...weightsFor(graphs.start) })
  const memory = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('memory.')))
  const steps: Record<string, HostArray>[] = []
  for (let t = 0; t < batch.ids.shape[1]!; t++) {
    const inputs = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('state.')))
    const token = next(t, steps.at(-1)?.logits)
    state = await context.run(graphs.step, { token, ...inputs, ...memory, ...weightsFor(graphs.step) })
    steps.push(state)
  }
  return steps
}

/** Token by token with carried state = the whole target at once. */
const stepByStep: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw)
  const whole = await context.run(forwardGraph(model), { ...forwardInputs(batch), ...weights })
  const steps = await decodeSteps(context, model, weights, batch, (t) => columnOf(batch.ids, t))
  steps.forEach((step, t) => {
    const expected: Record<string, HostArray> = { logits: columnOf(whole.logits!, t) }
    if (whole.weights) expected.weights = columnOf(whole.weights, t)
    context.expectClose(step, expected, lawTolerances)
  })
}

/** Scheduled sampling with the true token always = teacher forcing; never = its own most likely tokens. */
const scheduledSampling: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw)
  const [B, T] = batch.ids.shape as [number, number]
  const sampled = forwardGraph(model, { sampled: true })
  const inputs = { ...forwardInputs(batch), ...weights }
  const forced = await context.run(forwardGraph(model), inputs)
  const always = { ...inputs, isTeacher: bools([B, T], new Uint8Array(B * T).fill(1)) }
  context.expectClose(await context.run(sampled, always), forced, lawTolerances)

  const first = Uint8Array.from({ length: B * T }, (_, i) => (i % T === 0 ? 1 : 0))
  const free = await context.run(sampled, { ...inputs, isTeacher: bools([B, T], first) })
  const steps = await decodeSteps(context, model, weights, batch, (t, logits) =>
    logits ? largestOf(logits) : columnOf(batch.ids, t),
  )
  steps.forEach(({ logits }, t) => {
    context.expectClose({ logits: columnOf(free.logits!, t) }, { logits: logits! }, lawTolerances)
  })
}

/** The most likely token of each row of [B, V]. */
function largestOf({ shape, data }: HostArray): HostArray {
  const [B, V] = shape as [number, number]
  const best = Array.from({ length: B }, (_, row) => {
    const scores = [...data.subarray(row * V, (row + 1) * V)]
    return scores.indexOf(Math.max(...scores))
  })
  return ints([B], best)
}

/** Tokens from step k on change nothing before it: not one bit. */
const causality: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw)
  const [B, T] = batch.ids.shape as [number, number]
  const from = draw.integer(1, T - 1)
  const changed = ints(
    [B, T],
    [...batch.ids.data].map((id, i) => (i % T >= from ? (id + 1) % 7 : id)),
  )
  const forward = forwardGraph(model)
  const before = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const after = await context.run(forward, { ...forwardInputs({ ...batch, ids: changed }), ...weights })
  const past = (outputs: Arrays) => ({ logits: cutColumns(outputs.logits!, from) })
  context.expectClose(past(after), past(before), exact)
  const future = (outputs: Arrays) => String(columnOf(outputs.logits!, from).data)
  const acts = future(after) !== future(before)
  context.expectSame('whether the token of a step acts on its logits', String(acts), 'true')
}

/** A source without tokens: weights all 0, and logits and gradients that are numbers. */
const emptySource: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = { ...randomBatch(draw), lengths: ints([3], [2, 0, 3]) }
  const outputs = await context.run(forwardGraph(model), { ...forwardInputs(batch), ...weights })
  const nothing = takeRows(outputs.weights!, [1])
  const zeros = floats(nothing.shape, new Float64Array(nothing.data.length))
  context.expectClose({ weights: nothing }, { weights: zeros }, exact)
  const slopes = await context.run(lossGraph(model), { ...batch, ...weights })
  for (const [name, { data }] of Object.entries({ ...outputs, ...slopes })) {
    const wrong = [...data].find((x) => !Number.isFinite(x))
    context.expectSame(`${name}: elements that are no number`, wrong ?? 'none', 'none')
  }
}

/** Loss and gradients, with dropout, are those of the float64 reference: same bits in every mask. */
const agreement: Law = async (context, draw, kind, index) => {
  const drop = { dropout: 0.25, recurrentDropout: 0.25, variational: draw.pick([true, false]) }
  const model = randomModel(draw, kind, { encoder: drop, decoder: drop })
  const key = ints([3], [draw.integer(0, 1000), draw.integer(0, 1000), draw.integer(0, 1000)])
  const inputs = { ...randomBatch(draw), key, ...weightsOf(model, index) }
  const graph = lossGraph(model, { isTraining: true })
  const oracle = reference()
  const expected = await runGraph(oracle, graph, inputs)
  await oracle.dispose()
  context.expectClose(await context.run(graph, inputs), expected, {
    float64: { relative: 1e-12, of: 'largest', absolute: 1e-14 },
    // As for the gradients of single ops: some hundred roundings of terms that cancel.
    float32: { relative: 1e-5, of: 'largest', absolute: 1e-6 },
  })
}

/** One program runs batches of any size in any order, and never gives what is left of another run. */
const oneProgram: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const graph = lossGraph(model)
  const small = batchOf(draw, 2, 3)
  const batches = [small, batchOf(draw, 6, 5), takeBatch(batchOf(draw, 4, 2), [1]), small]
  await context.withProgram(graph, async (run) => {
    for (const batch of batches) {
      const inputs = { ...batch, ...weights }
      context.expectClose(await run(inputs), await context.run(graph, inputs), lawTolerances)
    }
  })
}

function takeBatch(batch: Batch, rows: readonly number[]): Batch {
  const taken = Object.entries(batch).map(([name, array]) => [name, takeRows(array, rows)])
  return Object.fromEntries(taken) as Batch
}

const laws: readonly { name: string; law: Law; needsAttention?: boolean }[] = [
  { name: 'padding changes nothing', law: padding },
  { name: 'permuting a batch permutes the results', law: permutation },
  { name: 'one program serves all sizes', law: oneProgram },
  { name: 'step by step = all at once', law: stepByStep },
  { name: 'scheduled sampling between teacher forcing and greedy', law: scheduledSampling },
  { name: 'the past does not see the future', law: causality },
  { name: 'a source without tokens has weights 0', law: emptySource, needsAttention: true },
  { name: 'training with dropout agrees with the reference', law: agreement },
]

/** Laws of whole models, for every kind of decoder. */
export function modelLaws(): ConformanceCase[] {
  return laws.flatMap(({ name, law: body, needsAttention = false }) =>
    decoderKinds
      .map((kind, index) => ({ kind, index }))
      .filter(({ kind }) => kind.hasAttention || !needsAttention)
      .map(({ kind, index }) =>
        law(`${name}: ${kind.name}`, (context, draw) => body(context, draw, kind, index)),
      ),
  )
}
