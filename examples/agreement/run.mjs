// One model, four runtimes: the pronunciation model is trained from one seed on each backend, saved, and each
// of the trained models is decoded on every backend. Writes results.json and losses.svg beside this file.
//
//   node examples/agreement/run.mjs                                200 steps, about a minute on two cores
//   node examples/agreement/run.mjs --steps 5 --words 20 FOLDER    a short one, written elsewhere
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  buildTokenizer,
  createSeq2Seq,
  generate,
  groupReferences,
  loadModel,
  memoryStore,
  saveModel,
  score,
  train,
} from '@dragoman/core'
import { config } from '../pronunciation/config.mjs'
import { readDictionary } from '../pronunciation/dictionary.mjs'
import { makers } from './backends.mjs'
import { lossPlot } from './plot.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '200' },
    words: { type: 'string', default: '500' },
    backends: { type: 'string', default: Object.keys(makers).join() },
  },
})
const steps = Number(values.steps)
const folder = positionals[0] ?? fileURLToPath(new URL('.', import.meta.url))
const names = values.backends.split(',')
const unknown = names.find((name) => !Object.hasOwn(makers, name))
if (unknown !== undefined)
  throw new Error(`no backend '${unknown}' here; there are ${Object.keys(makers).join(', ')}`)
const seed = 1
const training = {
  steps,
  seed,
  batch: { size: 64 },
  schedule: { type: 'inverse-square-root', learningRate: 3e-3, warmupSteps: 200 },
}

const dictionary = readDictionary()
const words = groupReferences(dictionary.heldOut)
  .slice(0, Number(values.words))
  .map(({ source }) => source)
const tokenizers = {
  source: buildTokenizer(
    dictionary.train.map(({ source }) => source),
    { type: 'char' },
  ),
  target: buildTokenizer(
    dictionary.train.map(({ target }) => target),
    { type: 'space' },
  ),
}

const backends = new Map()
for (const name of names) backends.set(name, await makers[name]())

const runs = []
for (const name of names) runs.push(await learn(name))
const [first] = runs
// How far a run drifts by itself: the first backend again, with one weight another in its last bit.
const control = { ...(await learn(names[0], nudge)), name: `${names[0]}, one bit off` }
for (const run of [...runs, control]) {
  run.differences = run.losses.map((loss, i) => Math.abs(loss - first.losses[i]) / first.losses[i])
  const largest = Math.max(...run.differences)
  console.log(
    `${run.name}: loss ${run.losses.at(-1).toFixed(6)}, largest relative difference ${largest.toExponential(1)}`,
  )
}
const decoded = []
for (const run of runs) decoded.push(await decodeEverywhere(run))
for (const backend of backends.values()) await backend.dispose()

const report = {
  task: 'pronunciation',
  seed,
  steps,
  words: words.length,
  training: [...runs, control].map(({ name, msPerStep, losses, differences }) => ({
    backend: name,
    msPerStep,
    loss: losses.at(-1),
    largestRelativeDifference: Math.max(...differences),
  })),
  decoded,
}
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(report, null, 2)}\n`)
const rows = [...runs, control].flatMap(({ name, losses, differences }) =>
  losses.map((loss, i) => ({ backend: name, step: i + 1, loss, difference: differences[i] })),
)
writeFileSync(join(folder, 'losses.svg'), lossPlot(rows))

async function learn(name, change = async () => {}) {
  const model = createSeq2Seq({ config, tokenizers, backend: backends.get(name) }, { seed })
  await change(model)
  const losses = []
  const times = []
  let before = performance.now()
  for await (const event of train(model, dictionary.train, training)) {
    if (event.type !== 'step') continue
    losses.push(event.loss)
    times.push(performance.now() - before)
    before = performance.now()
  }
  const store = memoryStore()
  await saveModel(model, store)
  await model.dispose()
  const msPerStep = Number(times.sort((a, b) => a - b)[times.length >> 1].toFixed(1))
  console.log(`${name}: ${steps} steps, ${msPerStep} ms each (median)`)
  return { name, losses, msPerStep, store }
}

/** Changes one weight of a model by a rounding. */
async function nudge(model) {
  const weights = await model.weights()
  // In the middle of the embeddings stands a letter, at their start the padding, which nothing reads.
  const [{ data }] = weights.values()
  const at = data.length >> 1
  data[at] = Math.fround(data[at] * (1 + 2 ** -22))
  model.setWeights(weights)
}

/** What each backend makes of one trained model: the same phonemes, or where and how narrowly they part. */
async function decodeEverywhere({ name: trainedOn, store }) {
  const home = await loadModel(store, backends.get(trainedOn))
  const searches = { greedy: {}, 'beam 4': { beams: 4 } }
  const expected = {}
  for (const [search, options] of Object.entries(searches))
    expected[search] = await generate(home, words, options)
  const on = []
  for (const name of names) {
    const model = await loadModel(store, backends.get(name))
    for (const [search, options] of Object.entries(searches)) {
      const got = await generate(model, words, options)
      const apart = got.flatMap((result, i) => (sameIds(result, expected[search][i]) ? [] : [i]))
      const [i] = apart
      const divergence = i === undefined ? undefined : await describe(home, expected[search][i], got[i])
      on.push({
        backend: name,
        search,
        different: apart.length,
        ...(divergence ? { first: divergence } : {}),
      })
      console.log(
        `trained on ${trainedOn}, ${search} on ${name}: ${apart.length} of ${words.length} differ`,
        divergence ?? '',
      )
    }
    await model.dispose()
  }
  await home.dispose()
  return { trainedOn, on }
}

function sameIds(a, b) {
  return a.best.ids.join() === b.best.ids.join()
}

/** The first token in which two outputs differ, and how much more likely the one was than the other. */
async function describe(model, expected, got) {
  const [a, b] = await score(
    model,
    [expected, got].map(({ source, text }) => ({ source, target: text })),
  )
  const at = [...expected.best.ids].findIndex((id, t) => id !== got.best.ids[t])
  const position = at < 0 ? expected.best.ids.length : at
  return {
    source: expected.source,
    expected: expected.text,
    got: got.text,
    position,
    margin: b.perToken[position] - a.perToken[position],
    scoreDifference: expected.best.score - got.best.score,
  }
}
