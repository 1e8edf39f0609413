import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Group, groups } from '../../workloads/names.ts'
import { operandsOf, productOf } from '../../workloads/products.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import { decodingWeights } from '../by-hand.ts'
import { forbidden } from '../forbidden.ts'
import type { PlainArray } from '../plain-array.ts'

/** Writes the weights of a group into a folder, and has a Python script write its graphs where there is a Python. */
export function writeGraphs(python: string | undefined, folder: string, group: Group): void {
  mkdirSync(folder, { recursive: true })
  writeArrays(folder, arraysOf(group))
  if (python === undefined) return
  const script = fileURLToPath(new URL('../python/onnx_graphs.py', import.meta.url))
  execFileSync(python, [script, folder, group], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** What stands in the graphs of a group: weights, and what forbids tokens; those of training take theirs as inputs. */
function arraysOf(group: Group): [string, PlainArray][] {
  if (group === 'DS' || group === 'DM') {
    const { vocabulary } = transformers[group]
    const penalty = { shape: [vocabulary], data: forbidden(vocabulary) }
    return [...decodingWeights(group), ['penalty', penalty]]
  }
  if (group !== 'gemm') return []
  return groups.gemm.flatMap((workload): [string, PlainArray][] => {
    const product = productOf(workload)
    const { inner, columns, isWeight } = product
    return isWeight ? [[workload, { shape: [inner, columns], data: operandsOf(product).right }]] : []
  })
}

/** Names and shapes into weights.json, the numbers one after the other into weights.bin. */
function writeArrays(folder: string, arrays: readonly (readonly [string, PlainArray])[]): void {
  writeFileSync(
    join(folder, 'weights.json'),
    JSON.stringify(arrays.map(([name, { shape }]) => [name, shape])),
  )
  const bytes = arrays.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(bytes))
}
