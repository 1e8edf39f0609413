import type { Backend } from '@dragoman/core'
import { BackendError, reference, UnsupportedOpError } from '@dragoman/core'
import { afterAll, describe, expect, test } from 'vitest'
import { GapList } from './gaps.ts'
import { MismatchError } from './mismatch-error.ts'
import { conformanceCases } from './suite.ts'
import { arithmeticMutants } from './testing/arithmetic-mutants.ts'
import { brokenNodes } from './testing/broken-backend.ts'
import { compositeMutants } from './testing/composite-mutants.ts'
import { memoryMutants } from './testing/memory-mutants.ts'
import { runMutants } from './testing/run-mutants.ts'
import { structureMutants } from './testing/structure-mutants.ts'

const cases = conformanceCases()

function caseOf(id: string) {
  const found = cases.find((each) => each.id === id)
  if (!found) throw new Error(`there is no case '${id}'`)
  return found
}

const mutants = [
  ...arithmeticMutants,
  ...compositeMutants,
  ...structureMutants,
  ...memoryMutants,
  ...runMutants,
]

describe.each(mutants)('$name', ({ backend, caught }) => {
  const made = backend()
  afterAll(() => made.dispose())
  test.each(caught)('is caught by %s', async (id) => {
    const error = await caseOf(id)
      .run(made)
      .catch((thrown: unknown) => thrown)
    // A backend that took memory away may complain of that itself.
    expect(MismatchError.isInstance(error) || BackendError.isInstance(error), String(error)).toBe(true)
  })
})

describe('what a failure says', () => {
  test('the case, the place, both numbers, the tolerance and the seed', async () => {
    const backend = mutants[0]!.backend()
    const id = 'laws/padding changes nothing: lstm, context in the first state'
    const error = await caseOf(id)
      .run(backend)
      .catch((thrown: unknown) => thrown)
    expect(MismatchError.isInstance(error)).toBe(true)
    expect(String(error)).toMatch(
      /laws\/padding .*: \S+ is wrong at \[\d.*\]\n {2}expected {2}\S+\n {2}got {7}\S+\n {2}may differ by \S+\n {2}seed 20260/,
    )
    await backend.dispose()
  })
})

describe('gaps', () => {
  const inner = reference()
  const withoutErf: Backend = {
    ...brokenNodes((node) => node),
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    compile: async (graph) => {
      if (graph.nodes.some((node) => node.op === 'erf')) {
        throw new UnsupportedOpError({ backend: 'broken', op: 'erf' })
      }
      return inner.compile(graph)
    },
  }
  const id = 'ops/erf of float [7]'
  const reason = 'this engine has no erf'

  test('cover the case they name, and the op they name', async () => {
    for (const gap of [
      { case: id, reason },
      { op: 'erf' as const, reason },
    ]) {
      const list = new GapList([gap], cases)
      expect(await list.run(caseOf(id), withoutErf)).toEqual({ status: 'gap', reason })
      expect(list.unused()).toEqual([])
    }
  })

  test('that are not declared fail', async () => {
    const list = new GapList([], cases)
    await expect(list.run(caseOf(id), withoutErf)).rejects.toThrow(UnsupportedOpError)
  })

  test('that are closed fail', async () => {
    const list = new GapList([{ case: id, reason }], cases)
    await expect(list.run(caseOf(id), reference())).rejects.toThrow('gap closed')
    const ofOp = new GapList([{ op: 'erf', reason }], cases)
    expect(await ofOp.run(caseOf(id), reference())).toEqual({ status: 'passed' })
    expect(ofOp.unused().map((gap) => GapList.closed(gap).problem)).toEqual([
      `gap closed: op 'erf' (${reason})`,
    ])
  })

  test('do not hide wrong numbers', async () => {
    const wrong = brokenNodes((node) =>
      node.op === 'erf' ? ({ ...node, op: 'tanh' } as unknown as typeof node) : node,
    )
    const list = new GapList([{ case: id, reason }], cases)
    await expect(list.run(caseOf(id), wrong)).rejects.toThrow(MismatchError)
  })

  test('of cases that do not exist are refused', () => {
    expect(() => new GapList([{ case: 'ops/none', reason }], cases)).toThrow("there is no case 'ops/none'")
  })
})
