import type { RunPlan } from '../engine/run-record.ts'
import { architectures } from '../tasks/architectures.ts'
import { batchSize, warmupOf } from '../tasks/training.ts'
import { unitsOf } from '../tasks/units.ts'
import { backendCode, isForPage } from './backend-code.ts'

/** The program that trains the same model from `pairs.tsv` and saves it as a folder. */
export function trainCode(plan: Omit<RunPlan, 'pasted'>): string {
  // A program that trains on the graphics of a page would need a store of its own there; in Node it takes cpu.
  const { packages, imports, make } = backendCode(isForPage(plan.backend) ? 'cpu' : plan.backend)
  const units = unitsOf(plan)
  const warmupSteps = warmupOf(plan.steps)
  return `// In Node, as a .mjs file beside pairs.tsv: "Download the pairs" gives it.
// npm install @dragoman/core @dragoman/cli ${packages.join(' ')}
import { createReadStream } from 'node:fs'
import { diskStore } from '@dragoman/cli'
import { buildTokenizer, createSeq2Seq, generate, readPairs, saveModel, train } from '@dragoman/core'
${imports}

const pairs = []
for await (const pair of readPairs(createReadStream('pairs.tsv'))) pairs.push(pair)
const heldOut = pairs.splice(-Math.min(200, Math.floor(pairs.length / 10)))
const tokenizers = {
  source: buildTokenizer(pairs.map(({ source }) => source), { type: '${units.source}' }),
  target: buildTokenizer(pairs.map(({ target }) => target), { type: '${units.target}' }),
}
const config = ${JSON.stringify(architectures[plan.architecture], null, 2)}
const backend = ${make}
const model = createSeq2Seq({ config, tokenizers, backend }, { seed: ${plan.seed} })
const events = train(model, pairs, {
  steps: ${plan.steps},
  seed: ${plan.seed},
  batch: { size: ${batchSize} },
  schedule: { type: 'cosine', learningRate: ${plan.learningRate}, totalSteps: ${plan.steps}, warmupSteps: ${warmupSteps} },
})
for await (const event of events) {
  if (event.type === 'step' && event.step % 20 === 0) console.log(event.step, event.loss.toFixed(3))
}
const { source, target } = heldOut[0]
const [{ text }] = await generate(model, source)
console.log(source, '→', text, text === target ? '✓' : \`instead of \${target}\`)
await saveModel(model, diskStore('my-model'))
`
}
