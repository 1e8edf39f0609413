import type { Graph, OpName } from '@dragoman/core'
import { compositeNames, differentiableOps, primitiveNames } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { traceCase } from './gradients/gradient-case.ts'
import { gradientCases } from './gradients/index.ts'
import { levels } from './level.ts'
import { samples } from './ops/samples.ts'
import { conformanceCases } from './suite.ts'

function opsOf(graph: Graph): OpName[] {
  return graph.nodes.flatMap((node) =>
    node.op === 'scan' ? [node.op, ...opsOf(node.attributes.body)] : [node.op],
  )
}

describe('the suite', () => {
  test('has a gradient case for every op that a gradient flows through', () => {
    const covered = new Set(gradientCases.map(({ op }) => op))
    expect(differentiableOps.filter((op) => !covered.has(op))).toEqual([])
  })

  test.each(gradientCases.map((each) => [`${each.op} ${each.name}`, each] as const))(
    'has the op it is about in the case %s',
    (_, each) => {
      expect(opsOf(traceCase(each).loss)).toContain(each.op)
    },
  )

  test('has samples for every primitive but loops and sizes', () => {
    const without = primitiveNames.filter((op) => !(op in samples))
    expect(without).toEqual(['size', 'scan'])
  })

  test('goes from the smallest part to the largest, and has cases of every level', () => {
    const order = conformanceCases().map(({ level }) => levels.indexOf(level))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(new Set(order).size).toBe(levels.length)
  })

  test('has a case of its own for every op', () => {
    const covered = new Set(conformanceCases().flatMap(({ ops }) => ops))
    expect([...primitiveNames, ...compositeNames].filter((op) => !covered.has(op))).toEqual([])
  })

  test('gives every case an id of its own, with its level in front', () => {
    const cases = conformanceCases()
    const ids = cases.map(({ id }) => id)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    expect(cases.filter(({ id, level }) => !id.startsWith(`${level}/`))).toEqual([])
  })
})
