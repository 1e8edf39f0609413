// Writes src/generated/wasm.ts: each compiled kernel module as base64, so that the package needs no
// loader, no fetch and no file path, in Node and in the browser alike.
import { mkdir, readFile, writeFile } from 'node:fs/promises'

const variants = ['simd']
const root = new URL('../', import.meta.url)

const lines = ['// Made by scripts/embed-wasm.mjs from assembly/; do not edit.']
for (const variant of variants) {
  const binary = await readFile(new URL(`build/${variant}.wasm`, root))
  const strangers = WebAssembly.Module.imports(new WebAssembly.Module(binary)).filter(
    ({ kind }) => kind !== 'memory',
  )
  if (strangers.length > 0) {
    const names = strangers.map(({ module, name }) => `${module}.${name}`).join(', ')
    throw new Error(
      `${variant}.wasm: imports more than its memory (${names})\n  hint: avoid what needs a host function in assembly/`,
    )
  }
  lines.push('', `/** The ${variant} kernels: a WebAssembly module (${binary.length} bytes) in base64. */`)
  lines.push(`export const ${variant}Wasm: string =\n  '${binary.toString('base64')}'`)
}

await mkdir(new URL('src/generated/', root), { recursive: true })
await writeFile(new URL('src/generated/wasm.ts', root), `${lines.join('\n')}\n`)
