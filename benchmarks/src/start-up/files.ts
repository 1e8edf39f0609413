import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { PlainArray } from '../peers/plain-array.ts'

/** Weights that a comparison wrote into a folder, read one after the other, so that no copy of them all is made. */
export function* readArrays(folder: string): Generator<readonly [string, PlainArray]> {
  const list = JSON.parse(readFileSync(join(folder, 'weights.json'), 'utf8')) as [string, number[]][]
  const file = openSync(join(folder, 'weights.bin'), 'r')
  for (const [name, shape] of list) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    readSync(file, new Uint8Array(data.buffer))
    yield [name, { shape, data }]
  }
  closeSync(file)
}

/** Ids of the source. */
export function readSource(folder: string): Int32Array {
  return Int32Array.from(JSON.parse(readFileSync(join(folder, 'source.json'), 'utf8')).ids as number[])
}
