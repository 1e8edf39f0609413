// Writes train.tsv and test.tsv: random digits and the same digits backwards.
//
//   node examples/reverse/make-pairs.mjs FOLDER [SEED]
//
// Every test source has 1 to 20 digits and is none of those trained on.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomDigits, reversed, unseen } from './digits.mjs'

const [folder, seed = '1'] = process.argv.slice(2)
if (folder === undefined || !/^\d+$/.test(seed)) {
  console.error('usage: node examples/reverse/make-pairs.mjs FOLDER [SEED]')
  process.exit(2)
}

const train = reversed(randomDigits(50_000, { seed: 2 * Number(seed) }))
const test = unseen(reversed(randomDigits(2000, { seed: 2 * Number(seed) + 1 })), train)

mkdirSync(folder, { recursive: true })
for (const [name, pairs] of Object.entries({ train, test })) {
  const path = join(folder, `${name}.tsv`)
  writeFileSync(path, pairs.map(({ source, target }) => `${source}\t${target}\n`).join(''))
  console.log(`${path}: ${pairs.length.toLocaleString('en')} pairs`)
}
