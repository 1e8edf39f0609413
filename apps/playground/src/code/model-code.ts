import type { BackendName } from '../engine/backend-names.ts'
import { backendCode, isForPage } from './backend-code.ts'

/** The folder of a model, as programs name it: a copy of a shipped one, or what a download holds. */
export function folderOf(model: string): string {
  return model.includes('/') ? 'my-model' : `models/${model}`
}

/** The start of a program: what to install, what it imports, and a model that is loaded. */
export function modelCode(model: string, backend: BackendName, names: readonly string[]): string {
  const { packages, imports, make } = backendCode(backend)
  const folder = folderOf(model)
  if (isForPage(backend)) {
    return `// A module of a page that a bundler builds, served beside the folder ${folder}.
// npm install @dragoman/core ${packages.join(' ')}
import { ${[...names, 'loadModel', 'memoryStore'].sort().join(', ')} } from '@dragoman/core'
${imports}

const files = {}
for (const name of ['config.json', 'model.safetensors', 'tokenizer.json']) {
  const response = await fetch(\`${folder}/\${name}\`)
  files[name] = new Uint8Array(await response.arrayBuffer())
}
const model = await loadModel(memoryStore(files), ${make})`
  }
  return `// In Node, as a .mjs file beside the folder ${folder}.
// npm install @dragoman/core @dragoman/cli ${packages.join(' ')}
import { diskStore } from '@dragoman/cli'
import { ${[...names, 'loadModel'].sort().join(', ')} } from '@dragoman/core'
${imports}

const model = await loadModel(diskStore('${folder}'), ${make})`
}
