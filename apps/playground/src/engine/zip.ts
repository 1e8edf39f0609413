import { modelFiles } from '@dragoman/core'
import { unzipSync, zipSync } from 'fflate'

/** A model folder as a zip; weights do not shrink, so they are stored as they are. */
export function zipModel(name: string, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([path, bytes]) => [
    `${name}/${path}`,
    [bytes, { level: path.endsWith('.safetensors') ? 0 : 6 }],
  ])
  return zipSync(Object.fromEntries(entries))
}

/** The model's files in a zip, in whichever folder they lie; undefined where there is no model. */
export function unzipModel(zip: Uint8Array): Record<string, Uint8Array> | undefined {
  try {
    return modelIn(unzipSync(zip))
  } catch {
    return undefined
  }
}

/** The files of the first model among many, by their names in its folder; undefined where there is none. */
export function modelIn(all: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> | undefined {
  const config = Object.keys(all).find(
    (path) => path === modelFiles.config || path.endsWith(`/${modelFiles.config}`),
  )
  if (config === undefined) return undefined
  const folder = config.slice(0, -modelFiles.config.length)
  const files: Record<string, Uint8Array> = {}
  for (const path of Object.values(modelFiles)) {
    const bytes = all[folder + path]
    if (bytes) files[path] = bytes
  }
  const needed = [modelFiles.config, modelFiles.weights, modelFiles.tokenizers]
  return needed.every((path) => files[path]) ? files : undefined
}
