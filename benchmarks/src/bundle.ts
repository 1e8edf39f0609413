import { fileURLToPath } from 'node:url'
import type { Rolldown } from 'vite'

/** A file of a bundle. */
export type BundledFile = Rolldown.OutputChunk | Rolldown.OutputAsset

/** The folder of this package. */
export const packageFolder: string = fileURLToPath(new URL('..', import.meta.url))

/** Bundles code for browsers, minified, in memory. @param code of an entry that lies in the folder of this package. */
export async function bundle(code: string): Promise<readonly BundledFile[]> {
  // The bundler is large, and few need it.
  const { build } = await import('vite')
  const entry = `${packageFolder}bundled-entry.js`
  const made = await build({
    root: packageFolder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
  })
  const output = (Array.isArray(made) ? made[0] : made) as Rolldown.RolldownOutput
  return output.output
}

/** The bytes of a file. */
export function bytesOf(file: BundledFile): Uint8Array {
  const content = file.type === 'chunk' ? file.code : file.source
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}
