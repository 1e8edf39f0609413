import type { HostArray } from '@dragoman/core'
import { reference, Session } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { bools, cutAxis, entryOf, floats, ints, takeRows } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { expectedOf } from '../oracle.ts'
import { runIn } from '../run-graph.ts'
import { decodeSteps } from './decode-steps.ts'
import { law, lawTolerances } from './law.ts'
import { forwardGraph, lossGraph } from './model-graphs.ts'
import type { Law } from './model-law.ts'
import { expectGradients, forwardInputs } from './model-law.ts'
import { padding } from './padding-law.ts'
import type { Batch, ModelKind } from './random-model.ts'
import { batchOf, dropoutChoices, modelKinds, randomBatch, randomModel, weightsOf } from './random-model.ts'

/** Rows in another order give the same results in that order, and the same gradients. */
const permutation: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw, kind)
  const order = draw.permutation(3)
  const permute = (arrays: Arrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, takeRows(array, order)]))
  const forward = forwardGraph(model)
  const before = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const inputs = { ...permute(forwardInputs(batch)), ...weights }
  context.expectClose(await context.run(forward, inputs), permute(before), lawTolerances)
  const loss = lossGraph(model)
  const expected = await context.run(loss, { ...batch, ...weights })
  expectGradients(context, await context.run(loss, { ...permute(batch), ...weights }), expected)
}

/** Token by token with carried state and caches = the whole target at once, and every attention with it. */
const stepByStep: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw, kind)
  const whole = await context.run(forwardGraph(model), { ...forwardInputs(batch), ...weights })
  const steps = await decodeSteps(context.run, model, weights, batch, (t) => entryOf(batch.ids, 1, t))
  steps.forEach((step, t) => {
    const expected: Record<string, HostArray> = { logits: entryOf(whole.logits!, 1, t) }
    if (whole.weights) expected.weights = entryOf(whole.weights, 1, t)
    const got = { ...step }
    for (const [name, looks] of Object.entries(whole)) {
      if (!name.startsWith('attention.decoder.')) continue
      const ofStep = name.replace('.decoder', '')
      const row = entryOf(looks, 2, t)
      const isCached = name.endsWith('.self_attn')
      expected[ofStep] = isCached ? cutAxis(row, 2, t + 1) : row
      if (isCached) got[ofStep] = cutAxis(step[ofStep]!, 2, t + 1)
    }
    context.expectClose(got, expected, lawTolerances)
  })
}

/** Scheduled sampling with the true token always = teacher forcing; never = its own most likely tokens. */
const scheduledSampling: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = randomBatch(draw, kind)
  const [B, T] = batch.ids.shape as [number, number]
  const sampled = forwardGraph(model, { sampled: true })
  const inputs = { ...forwardInputs(batch), ...weights }
  const forced = await context.run(forwardGraph(model), inputs)
  const always = { ...inputs, isTeacher: bools([B, T], new Uint8Array(B * T).fill(1)) }
  context.expectClose(await context.run(sampled, always), forced, lawTolerances)

  const first = Uint8Array.from({ length: B * T }, (_, i) => (i % T === 0 ? 1 : 0))
  const free = await context.run(sampled, { ...inputs, isTeacher: bools([B, T], first) })
  const steps = await decodeSteps(context.run, model, weights, batch, (t, logits) =>
    logits ? largestOf(logits) : entryOf(batch.ids, 1, t),
  )
  steps.forEach(({ logits }, t) => {
    context.expectClose({ logits: entryOf(free.logits!, 1, t) }, { logits: logits! }, lawTolerances)
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
  const batch = randomBatch(draw, kind)
  const [B, T] = batch.ids.shape as [number, number]
  const from = draw.integer(1, T - 1)
  const changed = ints(
    [B, T],
    [...batch.ids.data].map((id, i) => (i % T >= from ? (id + 1) % 7 : id)),
  )
  const forward = forwardGraph(model)
  const before = await context.run(forward, { ...forwardInputs(batch), ...weights })
  const after = await context.run(forward, { ...forwardInputs({ ...batch, ids: changed }), ...weights })
  const past = (outputs: Arrays) => ({ logits: cutAxis(outputs.logits!, 1, from) })
  context.expectClose(past(after), past(before), exact)
  const future = (outputs: Arrays) => String(entryOf(outputs.logits!, 1, from).data)
  const acts = future(after) !== future(before)
  context.expectSame('whether the token of a step acts on its logits', String(acts), 'true')
}

/** A source without tokens: weights all 0, and logits and gradients that are numbers. */
const emptySource: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const batch = { ...randomBatch(draw, kind), lengths: ints([3], [2, 0, 3]) }
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
  const model = randomModel(draw, kind, dropoutChoices(draw, kind))
  const key = ints([3], [draw.integer(0, 1000), draw.integer(0, 1000), draw.integer(0, 1000)])
  const inputs = { ...randomBatch(draw, kind), key, ...weightsOf(model, index) }
  const graph = lossGraph(model, { isTraining: true })
  const expected = await expectedOf(graph, inputs)
  expectGradients(context, await context.run(graph, inputs), expected)
}

/** One program runs batches of any size in any order, and never gives what is left of another run. */
const oneProgram: Law = async (context, draw, kind, index) => {
  const model = randomModel(draw, kind)
  const weights = weightsOf(model, index)
  const graph = lossGraph(model)
  const small = batchOf(draw, kind, 2, 3)
  const batches = [small, batchOf(draw, kind, 6, 5), takeBatch(batchOf(draw, kind, 4, 2), [1]), small]
  const oracle = new Session(reference())
  for (const batch of batches) {
    const inputs = { ...batch, ...weights }
    expectGradients(context, await context.run(graph, inputs), await runIn(oracle, graph, inputs))
  }
  await oracle.dispose()
}

function takeBatch(batch: Batch, rows: readonly number[]): Batch {
  const taken = Object.entries(batch).map(([name, array]) => [name, takeRows(array, rows)])
  return Object.fromEntries(taken) as Batch
}

const laws: readonly { name: string; law: Law; holdsFor?: (kind: ModelKind) => boolean }[] = [
  { name: 'padding changes nothing', law: padding },
  { name: 'permuting a batch permutes the results', law: permutation },
  { name: 'one program serves all sizes', law: oneProgram },
  { name: 'step by step = all at once', law: stepByStep },
  {
    name: 'scheduled sampling between teacher forcing and greedy',
    law: scheduledSampling,
    holdsFor: (kind) => kind.type === 'rnn' || kind.isRecurrent,
  },
  { name: 'the past does not see the future', law: causality },
  {
    name: 'a source without tokens has weights 0',
    law: emptySource,
    holdsFor: ({ hasAttention }) => hasAttention,
  },
  { name: 'training with dropout agrees with the reference', law: agreement },
]

/** Laws of whole models, for every kind. */
export function modelLaws(): ConformanceCase[] {
  return laws.flatMap(({ name, law: body, holdsFor = () => true }) =>
    modelKinds
      .map((kind, index) => ({ kind, index }))
      .filter(({ kind }) => holdsFor(kind))
      .map(({ kind, index }) =>
        law(`${name}: ${kind.name}`, (context, draw) => body(context, draw, kind, index)),
      ),
  )
}
