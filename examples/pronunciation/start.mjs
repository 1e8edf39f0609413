// Trains a model that pronounces English words, on the CMU Pronouncing Dictionary, and uses it.
//
//   npm start                                     installs, builds, and runs this file
//   node examples/pronunciation/start.mjs 0.5     the same for half a minute, once it is built
import { fileURLToPath } from 'node:url'
import { cpu } from '@dragoman/backend-cpu'
import { attentionPicture, diskStore, trainingProgress } from '@dragoman/cli'
import {
  buildTokenizer,
  createSeq2Seq,
  exactMatch,
  generate,
  groupReferences,
  saveModel,
  tokenErrorRate,
  train,
} from '@dragoman/core'
import { config } from './config.mjs'
import { readDictionary } from './dictionary.mjs'

const minutes = Number(process.argv[2] ?? 2)
const seed = 1

const training = {
  minutes,
  seed,
  batch: { size: 64 },
  schedule: { type: 'inverse-square-root', learningRate: 3e-3, warmupSteps: 200 },
}

// Words that this dictionary does not have.
const newWords = ['dragoman', 'pronunciatron', 'wordsmithery', 'glimmerfax']

const folder = fileURLToPath(new URL('model', import.meta.url))

const dictionary = readDictionary()
const heldOut = groupReferences(dictionary.heldOut)
console.log(
  `The dictionary: ${count(dictionary.train)} pairs to train on, ${count(heldOut)} words held out.\n`,
)

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
const backend = await cpu()
const model = createSeq2Seq({ config, tokenizers, backend }, { seed })

await learn()
await measure()
await pronounce()
await saveModel(model, diskStore(folder))
console.log(`The model is saved. Use it, in the root of the repository:

  echo dragoman | npx dragoman generate examples/pronunciation/model --attention
`)
await model.dispose()
await backend.dispose()

async function learn() {
  const progress = trainingProgress({ limits: training })
  let last
  for await (const event of train(model, dictionary.train, training)) {
    progress.report(event)
    if (event.type === 'step') last = event
  }
  progress.stop()
  const epochs = last.epoch + last.epochProgress
  console.log(
    `Trained for ${last.step} steps, ${epochs.toFixed(1)} times over the pairs; loss ${progress.loss.toFixed(3)}.\n`,
  )
}

/** Pronounces the words that were held out; of several right pronunciations the closest counts. */
async function measure() {
  const pronounced = await generate(
    model,
    heldOut.map(({ source }) => source),
  )
  const hypotheses = pronounced.map(({ best }) => best.tokens)
  const references = heldOut.map((word) => word.references.map((text) => tokenizers.target.tokenize(text)))
  console.log(`phoneme error rate ${percent(tokenErrorRate(hypotheses, references).rate)}`)
  console.log(`word error rate ${percent(1 - exactMatch(hypotheses, references))}\n`)
}

/** Shows words that it never saw, with where it looked for each phoneme. */
async function pronounce() {
  const fromDictionary = [0.2, 0.5, 0.8].map((share) => heldOut[Math.floor(share * heldOut.length)])
  const words = [...newWords, ...fromDictionary.map(({ source }) => source)]
  const results = await generate(model, words, { beams: 4, attention: true })
  for (const { source, text } of results) console.log(`${source.padEnd(16)}${text}`)
  const [first] = results
  console.log(`\nWhere it looked, for each phoneme of ${first.source}:\n`)
  console.log(
    `${attentionPicture(first, first.best)
      .map((line) => `  ${line}`)
      .join('\n')}\n`,
  )
}

function count(of) {
  return of.length.toLocaleString('en')
}

function percent(rate) {
  return `${(100 * rate).toFixed(1)} %`
}
