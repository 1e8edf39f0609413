import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAst } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { type BackendName, backendNames } from '../engine/backend-names.ts'
import { taskTsv } from '../tasks/tasks.ts'
import { isForPage, nodeBackends } from './backend-code.ts'
import { compareCode, suiteCode } from './compare-code.ts'
import { decodeCode } from './decode-code.ts'
import { lookCode } from './look-code.ts'
import { trainCode } from './train-code.ts'

const app = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
const plan = { task: 'reverse', architecture: 'attention', steps: 20, learningRate: 0.003, seed: 1 } as const

/** Runs a program as it stands, with Node, beside a copy of the models and what else it asks for. */
async function run(code: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  mkdirSync(join(app, 'reports'), { recursive: true })
  const folder = mkdtempSync(join(app, 'reports', 'code-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(app, 'public', 'models'), join(folder, 'models'))
  for (const [name, text] of Object.entries({ ...files, 'program.mjs': code })) {
    writeFileSync(join(folder, name), text)
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder })
  return stdout
}

test.each(nodeBackends)('the code of "try" runs on %s', async (backend) => {
  const options = { beams: 2, nbest: 2, lengthPenalty: 1 }
  const text = await run(decodeCode('numbers', backend, '42', options))
  expect(text).toMatch(/^-\d\.\d{4} forty-two\n-\d/m)
})

test('the code of "look inside" runs', async () => {
  const text = await run(lookCode('dates', 'cpu', '21 nov 2026', undefined, 2))
  expect(text).toContain('encoder.states [ 12, 128 ]')
})

test('the code of "compare" runs', async () => {
  const text = await run(compareCode('numbers', backendNames, '42'))
  expect(text.match(/"forty-two" \d+ ms \d\.\de[-+]\d/g)).toHaveLength(4)
})

test('the code of "train" runs, from the pairs that the page gives', async () => {
  const pairs = (await taskTsv('reverse')).split('\n').slice(-2_000).join('\n')
  const text = await run(trainCode({ ...plan, backend: 'cpu' }), { 'pairs.tsv': pairs })
  expect(text).toMatch(/^20 [12]\.\d{3}\n[a-j]+ → /)
})

// The suite itself takes minutes: its program is read, not run.
const programs = backendNames.flatMap((backend: BackendName) => [
  ['try', backend, decodeCode('phrases', backend, 'I love "you".', { sample: true, seed: 3 })] as const,
  ['look inside', backend, lookCode('models/mine', backend, 'x', 'y', 1)] as const,
  ['train', backend, trainCode({ ...plan, backend, task: 'own', units: 'word' })] as const,
  ['compare', backend, compareCode('numbers', [backend], '1')] as const,
  ['the suite', backend, suiteCode(backend)] as const,
])
test.each(programs)(
  'the code of "%s" on %s is a module that imports what is there',
  async (_, backend, code) => {
    const { body } = parseAst(code)
    const imported = body.flatMap((node) => (node.type === 'ImportDeclaration' ? [node.source.value] : []))
    expect(imported.length).toBeGreaterThan(1)
    for (const name of imported.filter((each) => !each.startsWith('node:'))) {
      const found = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
      expect({ ...manifest.dependencies, ...manifest.devDependencies }, backend).toHaveProperty([found])
      // It says what to install.
      expect(code).toMatch(new RegExp(`npm install .*${found}( |$)`, 'm'))
    }
    expect(code.includes('memoryStore')).toBe(isForPage(backend) && code.includes('fetch('))
  },
)
