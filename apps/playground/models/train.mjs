// Trains the models that the playground ships, with this project's command line, into public/models.
//
//   node apps/playground/models/train.mjs                  all of them, about ten minutes on two cores
//   node apps/playground/models/train.mjs numbers dates    some of them
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomDigits, reversed, unseen } from '../../../examples/reverse/digits.mjs'
import { datePairs } from './dates.mjs'
import { numberPairs } from './numbers.mjs'
import { phrasePairs } from './phrases.mjs'
import { pronunciationPairs } from './pronunciation.mjs'

/** Pairs to train on and pairs that are held out, of each model. */
const data = {
  pronunciation: () => pronunciationPairs(),
  dates: () => split(datePairs(30_000, 1), 1_000),
  numbers: () => split(numberPairs(30_000, 1), 1_000),
  context: () => split(reversed(randomDigits(60_000, { longest: 14, seed: 1 })), 1_000),
  phrases: () => split(phrasePairs(20_000, 1), 500),
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const asked = process.argv.slice(2)
const names = asked.length > 0 ? asked : Object.keys(data)
for (const name of names) {
  if (!Object.hasOwn(data, name))
    throw new Error(`no model '${name}'; there are ${Object.keys(data).join(', ')}`)
  train(name)
}

function train(name) {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'))
  const out = here(`../public/models/${name}`)
  const parts = data[name]()
  const path = (part) => join(folder, `${part}.tsv`)
  for (const [part, pairs] of Object.entries(parts)) {
    writeFileSync(path(part), pairs.map(({ source, target }) => `${source}\t${target}\n`).join(''))
  }
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const command = (...parameters) => {
    const cli = here('../../../packages/cli/bin/dragoman.mjs')
    execFileSync(process.execPath, [cli, ...parameters], { stdio: 'inherit' })
  }
  command('train', path('train'), '--out', out, '--config', here(`recipes/${name}.json`), '--valid', 'none')
  rmSync(join(out, 'trainer'), { recursive: true, force: true })
  if (parts.test.length > 0) command('evaluate', out, path('test'))
  rmSync(folder, { recursive: true })
}

/** The last pairs are held out; of those, the ones that were trained on are left away. */
function split(pairs, heldOut) {
  const train = pairs.slice(0, pairs.length - heldOut)
  return { train, test: heldOut === 0 ? [] : unseen(pairs.slice(train.length), train) }
}
