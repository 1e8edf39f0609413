import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { initialWeights, sizes, trainingModels } from '../../workloads.ts'
import { forbidden, inputsFirst } from '../by-hand.ts'
import { decodingBatch } from '../entrant.ts'

/** Has a Python script write the graphs of a workload into a folder. */
export function writeGraphs(python: string, folder: string, workload: string): void {
  const isDecoding = decodingBatch(workload) !== undefined
  mkdirSync(folder, { recursive: true })
  if (isDecoding) writeWeights(folder)
  const script = fileURLToPath(new URL('../python/onnx_graphs.py', import.meta.url))
  execFileSync(python, [script, folder, isDecoding ? 'DS' : workload], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** The weights of `DS`, matrices [inputs, outputs], and what forbids tokens. */
function writeWeights(folder: string): void {
  const weights = [...initialWeights(trainingModels.TT())].map(
    ([path, value]) => [path, inputsFirst(path, value)] as const,
  )
  const all = [...weights, ['penalty', { shape: [sizes.vocabulary], data: forbidden() }] as const]
  writeFileSync(join(folder, 'weights.json'), JSON.stringify(all.map(([path, { shape }]) => [path, shape])))
  writeFileSync(
    join(folder, 'weights.bin'),
    Buffer.concat(all.map(([, { data }]) => new Uint8Array(data.buffer))),
  )
}
