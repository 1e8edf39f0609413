import type { BackendName } from '../engine/backend-names.ts'
import { backendCode, nodeBackends } from './backend-code.ts'
import { folderOf } from './model-code.ts'

/** The program that compares the backends that Node has, on the same sentence. */
export function compareCode(model: string, chosen: readonly BackendName[], source: string): string {
  const parts = nodeBackends.filter((name) => chosen.includes(name)).map(backendCode)
  const packages = [...new Set(parts.flatMap((part) => part.packages))]
  const folder = folderOf(model)
  return `// In Node, as a .mjs file beside the folder ${folder}.
// npm install ${['@dragoman/core', '@dragoman/cli', ...packages].join(' ')}
import { diskStore } from '@dragoman/cli'
import { generate, inspect, loadModel, reference } from '@dragoman/core'
${[...new Set(parts.map(({ imports }) => imports))].join('\n')}

const source = ${JSON.stringify(source)}
const backends = [
  reference(),
${parts.map(({ make }) => `  ${make},\n`).join('')}]
let expected
for (const backend of backends) {
  const model = await loadModel(diskStore('${folder}'), backend)
  const startedAt = performance.now()
  const [{ text }] = await generate(model, source)
  const ms = performance.now() - startedAt
  expected ??= { text, logits: await logitsOf(model, text) }
  const logits = await logitsOf(model, expected.text)
  const difference = Math.max(...expected.logits.map((x, i) => Math.abs(x - logits[i])))
  console.log(backend.name, JSON.stringify(text), ms.toFixed(0), 'ms', difference.toExponential(1))
}

async function logitsOf(model, target) {
  const { values } = await inspect(model, { source, target })
  return [...values.get('decoder.logits').data]
}
`
}

/** The program that runs the conformance suite on a backend. */
export function suiteCode(backend: BackendName): string {
  const { packages, imports, make } = backendCode(backend)
  return `// npm install @dragoman/conformance ${packages.join(' ')}
import { runSuite } from '@dragoman/conformance'
${imports}

const { cases } = await runSuite({ name: '${backend}', create: async () => ${make} })
for (const { id, status, message } of cases) if (status !== 'passed') console.log(status, id, message ?? '')
console.log(cases.filter(({ status }) => status === 'passed').length, 'of', cases.length, 'passed')
`
}
