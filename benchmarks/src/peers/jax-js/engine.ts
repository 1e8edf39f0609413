import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defaultDevice, init, numpy as np } from '@jax-js/jax'
import type { PlainArray } from '../plain-array.ts'

/** An array of jax-js. Each use but the last is of `.ref`: it counts its owners. */
export type A = np.Array

/** Weights by the names of this library; a tree of jax-js. */
export type Parameters = Record<string, A>

/** jax-js on its wasm device, which has one thread in Node. */
export async function startJax(): Promise<void> {
  const devices = await init('wasm')
  if (!devices.includes('wasm')) throw new Error(`jax-js: no wasm among its devices (${devices.join(', ')})`)
  defaultDevice('wasm')
}

/** The version that is installed. */
export function versionOfJax(): string {
  const main = createRequire(import.meta.url).resolve('@jax-js/jax')
  return JSON.parse(readFileSync(join(dirname(main), '../package.json'), 'utf8')).version as string
}

/** Weights as arrays. */
export function parametersOf(weights: Iterable<readonly [string, PlainArray]>): Parameters {
  return Object.fromEntries([...weights].map(([name, { shape, data }]) => [name, floats(data, shape)]))
}

/** Numbers in a shape. */
export function floats(data: Float32Array, shape: number[]): A {
  return np.array(data as Float32Array<ArrayBuffer>).reshape(shape)
}

/** Integers in a row. */
export function integers(data: Int32Array): A {
  return np.array(data as Int32Array<ArrayBuffer>, { dtype: np.int32 })
}
