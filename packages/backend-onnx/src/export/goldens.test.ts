import { readFileSync } from 'node:fs'
import { fromJson } from '@dragoman/core'
import { type HostArray, hostArray, type Kind } from '@dragoman/core/backend'
import { describe, expect, it } from 'vitest'
import { writeModel } from '../model/index.ts'
import { runModel } from '../testing/run-model.ts'

interface GoldenArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
}

interface Golden {
  readonly id: string
  readonly graph: unknown
  /** Of the graph in the file that onnx.checker and the ONNX Runtime of Python have accepted. */
  readonly hash: string
  readonly inputs: Readonly<Record<string, GoldenArray>>
  /** What the float64 reference gives; the runtime of Python gave the same but for rounding. */
  readonly outputs: Readonly<Record<string, GoldenArray>>
}

const goldens = JSON.parse(
  readFileSync(new URL('../../goldens/exports.json', import.meta.url), 'utf8'),
) as Golden[]

const { graphHash } = (await import(new URL('../../scripts/graph-hash.mjs', import.meta.url).href)) as {
  graphHash: (model: Uint8Array) => string
}

function arraysOf(arrays: Readonly<Record<string, GoldenArray>>): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { kind, shape, data }]) => [
      name,
      hostArray(kind, shape, data.map(Number)),
    ]),
  )
}

/** As in scripts/check-export.py: of the largest number of an output. */
const tolerance = 1e-5

function expectClose(got: readonly number[], want: readonly number[]): void {
  const size = Math.max(1, ...want.filter(Number.isFinite).map(Math.abs))
  want.forEach((x, i) => {
    if (Number.isFinite(x)) expect(Math.abs(got[i]! - x)).toBeLessThanOrEqual(tolerance * size)
    else expect(got[i]).toBe(x)
  })
}

describe('goldens', () => {
  it('are those of scripts/check-export.mjs', () => {
    expect(goldens.length).toBeGreaterThan(50)
  })

  // When a file has changed, `node scripts/check-export.mjs --write` has it checked again.
  it.each(goldens)('$id: the file is the accepted one, and gives the same', async (golden) => {
    const model = writeModel(fromJson(golden.graph))
    expect(graphHash(model.bytes)).toBe(golden.hash)
    const results = await runModel(model, arraysOf(golden.inputs))
    for (const [name, want] of Object.entries(golden.outputs)) {
      const { kind, shape, data } = results[name]!
      expect({ kind, shape: [...shape] }).toEqual({ kind: want.kind, shape: want.shape })
      expectClose(data, want.data.map(Number))
    }
  })
})
