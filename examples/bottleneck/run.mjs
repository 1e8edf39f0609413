// The bottleneck of one context vector, measured: three models learn to copy digits, and are asked for strings
// of each length. Writes results.json and accuracy.svg beside this file.
//
//   node examples/bottleneck/run.mjs                    about six minutes on two cores
//   node examples/bottleneck/run.mjs --steps 50 FOLDER  a short one, written elsewhere
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cpu } from '@dragoman/backend-cpu'
import { trainingProgress } from '@dragoman/cli'
import { buildTokenizer, countParameters, createSeq2Seq, generate, train } from '@dragoman/core'
import { randomDigits, unseen } from '../reverse/digits.mjs'
import { models } from './models.mjs'
import { accuracyPlot } from './plot.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '2000' }, only: { type: 'string' } },
})
const steps = Number(values.steps)
const folder = positionals[0] ?? fileURLToPath(new URL('.', import.meta.url))
const seed = 1
const longest = 30
const training = {
  steps,
  seed,
  batch: { size: 64, lengthMultiple: 8 },
  schedule: { type: 'cosine', learningRate: 2e-3, totalSteps: steps, warmupSteps: Math.ceil(steps / 10) },
}

const copies = (count, options) =>
  randomDigits(count, options).map((digits) => ({ source: digits, target: digits }))
const pairs = copies(100_000, { longest, seed: 10 })
/** At most 50 strings of each length; those of four digits and more were never seen. */
const tests = Array.from({ length: longest }, (_, i) => {
  const drawn = copies(50, { shortest: i + 1, longest: i + 1, seed: 100 + i })
  return unseen(drawn, i < 3 ? [] : pairs)
})

const digits = buildTokenizer(['0123456789'], { type: 'char' })
const backend = await cpu()
const chosen = Object.entries(models).filter(([name]) => values.only === undefined || name === values.only)
const results = []
for (const [name, config] of chosen) results.push(await experiment(name, config))
await backend.dispose()

const report = { task: 'copy', seed, pairs: pairs.length, training, models: results }
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(report, null, 2)}\n`)
const rows = results.flatMap(({ model, exactMatch }) =>
  Object.entries(exactMatch).map(([length, rate]) => ({ model, length: Number(length), exactMatch: rate })),
)
writeFileSync(join(folder, 'accuracy.svg'), accuracyPlot(rows))

async function experiment(name, config) {
  const tokenizers = { source: digits, target: digits }
  const model = createSeq2Seq({ config, tokenizers, backend }, { seed })
  const parameters = countParameters(model.model.parameters).total
  console.log(`${name}: ${parameters.toLocaleString('en')} parameters`)
  const startedAt = performance.now()
  const progress = trainingProgress({ limits: training })
  for await (const event of train(model, pairs, training)) progress.report(event)
  progress.stop()
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  /** By the number of digits. */
  const exactMatch = {}
  for (const [i, test] of tests.entries()) exactMatch[i + 1] = await exactShare(model, test)
  await model.dispose()
  console.log(`  ${seconds} s, loss ${progress.loss.toFixed(4)}; right of 1 … ${longest} digits, in %:`)
  console.log(
    `  ${Object.values(exactMatch)
      .map((rate) => Math.round(100 * rate))
      .join(' ')}\n`,
  )
  return { model: name, parameters, seconds, loss: Number(progress.loss.toFixed(4)), exactMatch }
}

async function exactShare(model, test) {
  const written = await generate(
    model,
    test.map(({ source }) => source),
    { batchSize: 50 },
  )
  const right = written.filter(({ text }, i) => text === test[i].target)
  return Number((right.length / test.length).toFixed(4))
}
