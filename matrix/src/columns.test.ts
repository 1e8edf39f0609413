import { conformanceCases } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import { columnNamed, columns } from './columns.ts'

const ids = new Set(conformanceCases().map(({ id }) => id))

test('a name belongs to one column', () => {
  const names = columns.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test.each(columns.map((column) => [column.name, column] as const))(
  'gaps and limits of %s name each case once, and no other',
  (_, { gaps, limits }) => {
    const named = [
      ...gaps.flatMap((gap) => ('case' in gap ? [gap.case] : [])),
      ...limits.flatMap(({ cases }) => cases),
    ]
    expect(named.filter((id) => !ids.has(id))).toEqual([])
    expect(named.filter((id, i) => named.indexOf(id) !== i)).toEqual([])
  },
)

test('an unknown name is refused with the names that there are', () => {
  expect(() => columnNamed('gpu')).toThrow(/there is no backend 'gpu'[\s\S]*onnx-node/)
})
