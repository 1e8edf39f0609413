// Writes src/generated/: each compiled kernel module in a file of its own, so that the package needs no loader, no fetch
// and no file path, in Node and in the browser alike, and only what is chosen is loaded. Deflated before it becomes
// base64: what is compressed on the way afterwards is then a quarter smaller.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { deflateRawSync } from 'node:zlib'

const variants = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads']
const root = new URL('../', import.meta.url)

/** The imports of a module, without compiling it: Node 20 refuses relaxed SIMD. */
function importsOf(binary) {
  let at = 8
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const name = () => {
    const length = number()
    at += length
    return binary.toString('utf8', at - length, at)
  }
  while (at < binary.length) {
    const section = binary[at++]
    const end = number() + at
    if (section !== 2) at = end
    else {
      const imports = []
      for (let left = number(); left > 0; left--) {
        imports.push({ name: `${name()}.${name()}`, isMemory: binary[at++] === 2 })
        if (!imports.at(-1).isMemory) return imports
        const flags = number()
        number()
        if (flags & 1) number()
      }
      return imports
    }
  }
  return []
}

await mkdir(new URL('src/generated/', root), { recursive: true })
for (const variant of variants) {
  const binary = await readFile(new URL(`build/${variant}.wasm`, root))
  const stranger = importsOf(binary).find(({ isMemory }) => !isMemory)
  if (stranger) {
    throw new Error(
      `${variant}.wasm: imports more than its memory (${stranger.name})\n  hint: avoid what needs a host function in assembly/`,
    )
  }
  const lines = [
    '// Made by scripts/embed-wasm.mjs from assembly/; do not edit.',
    '',
    `/** The ${variant} kernels: a WebAssembly module (${binary.length} bytes), deflated, in base64. */`,
    `export const wasm: string =\n  '${deflateRawSync(binary, { level: 9 }).toString('base64')}'`,
  ]
  await writeFile(new URL(`src/generated/${variant}.ts`, root), `${lines.join('\n')}\n`)
}
