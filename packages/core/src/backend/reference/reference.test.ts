import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BackendError } from '../../errors.ts'
import { decodeNumber } from '../../graph/json-number.ts'
import { primitiveNames } from '../../graph/op-rules.ts'
import type { PrimitiveName } from '../../graph/ops.ts'
import { difference } from '../../testing/compare.ts'
import { type CaseArray, float, graphOf, int, type OpCase, opCase } from '../../testing/op-case.ts'
import { opCases } from '../../testing/op-cases/index.ts'
import { runReference } from '../../testing/run-reference.ts'

function run(each: OpCase): Promise<Record<string, CaseArray>> {
  return runReference(graphOf(each), Object.fromEntries(each.inputs.map((input, i) => [i, input])))
}

function goldenCases(): OpCase[] {
  const path = new URL('../../../goldens/primitives.json', import.meta.url)
  const decode = (array: CaseArray): CaseArray => ({ ...array, data: array.data.map(decodeNumber) })
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: (OpCase & { id: string })[] }
  return cases.map((each) => ({
    ...each,
    name: each.id,
    inputs: each.inputs.map(decode),
    expected: decode(each.expected),
  }))
}

const goldens = goldenCases()

describe('cases by hand', () => {
  it.each(opCases.map((each) => ({ title: `${each.op} ${each.name}`, each })))('$title', async ({ each }) => {
    const { result } = await run(each)
    expect(difference(result!, each.expected, { signedZeros: each.signedZeros ?? false })).toBeUndefined()
  })

  it('has a case for every primitive but scan, by hand or by PyTorch', () => {
    const covered = new Set<PrimitiveName>([...opCases, ...goldens].map((each) => each.op))
    expect(primitiveNames.filter((op) => !covered.has(op))).toEqual(['scan'])
  })
})

/** Roundings that separate two good float64 implementations; the other ops agree to the bit. */
const ulps: { readonly [O in PrimitiveName]?: number } = {
  exp: 1,
  log: 1,
  tanh: 1,
  sigmoid: 1,
  erf: 3,
  sin: 1,
  cos: 1,
  pow: 1,
}

describe('cases by PyTorch', () => {
  it.each(goldens.map((each) => ({ title: each.name, each })))('$title', async ({ each }) => {
    const { result } = await run(each)
    expect(difference(result!, each.expected, { ulps: ulps[each.op] ?? 0 })).toBeUndefined()
  })
})

describe('indices outside their axis', () => {
  const cases: { op: OpCase; message: string }[] = [
    {
      op: opCase({
        name: 'too large',
        op: 'gather',
        inputs: [float([2, 3], 1, 2, 3, 4, 5, 6), int([2], 0, 3)],
        attributes: { axis: 1 },
        expected: float([]),
        source: '',
      }),
      message: 'gather: index 3 (element 1 of the ids) is outside axis 1 of size 3',
    },
    {
      op: opCase({
        name: 'negative',
        op: 'scatterAdd',
        inputs: [int([1], -1), float([1], 2)],
        attributes: { axis: 0, size: 4 },
        expected: float([]),
        source: '',
      }),
      message: 'scatterAdd: index -1 (element 0 of the ids) is outside axis 0 of size 4',
    },
    {
      op: opCase({
        name: 'too large',
        op: 'gatherAlong',
        inputs: [float([2, 2], 1, 2, 3, 4), int([2, 1], 1, 2)],
        attributes: { axis: 1 },
        expected: float([]),
        source: '',
      }),
      message: 'gatherAlong: index 2 (element 1 of the ids) is outside axis 1 of size 2',
    },
    {
      op: opCase({
        name: 'too large',
        op: 'scatterAlong',
        inputs: [int([1, 1], 5), float([1, 1], 2)],
        attributes: { axis: 0, size: 5 },
        expected: float([]),
        source: '',
      }),
      message: 'scatterAlong: index 5 (element 0 of the ids) is outside axis 0 of size 5',
    },
  ]
  it.each(cases)('$message', async ({ op, message }) => {
    const error = await run(op).catch((reason: unknown) => reason)
    expect(BackendError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(`reference: ${message}`)
  })
})
