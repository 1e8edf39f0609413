import { add, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { Constants, type Given } from './constants.ts'
import type { OnnxArray } from './onnx-array.ts'

const graph = trace('sum', (place) => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => place.input(name, 'float', ['size']))
  return { y: add(add(a!, b!), c!) }
})

/** A device array of this size, without the memory. */
function deviceArray(bytes: number): Given {
  const array = { kind: 'float', shape: [bytes / 4], bytes } as unknown as OnnxArray
  const tensor = { getData: async () => new Float32Array(1) } as unknown as Given['tensor']
  return { array, tensor }
}

const hostArray: Given = { array: undefined, tensor: deviceArray(4).tensor }

test('holds device arrays until another one is given', async () => {
  const constants = new Constants(graph, ['c', 'a'])
  expect(constants.slots).toEqual([0, 2])
  const given = [deviceArray(8), deviceArray(4), deviceArray(12)]
  expect(constants.hold(given)).toBe(false)
  expect(Object.keys(await constants.take(given))).toEqual(['a', 'c'])
  expect(constants.bytes).toBe(20)
  expect(constants.hold([given[0]!, deviceArray(4), given[2]!])).toBe(true)
  expect(constants.hold([deviceArray(8), given[1]!, given[2]!])).toBe(false)
  expect(constants.hold([given[0]!, given[1]!, hostArray])).toBe(false)
})

test('leaves host arrays inputs, however often they come', async () => {
  const constants = new Constants(graph, ['a', 'b'])
  const given = [hostArray, deviceArray(4), hostArray]
  expect(Object.keys(await constants.take(given))).toEqual(['b'])
  expect(constants.hold([{ ...hostArray }, given[1]!, hostArray])).toBe(true)
})

test('leaves what does not fit into a model an input', async () => {
  const constants = new Constants(graph, ['a', 'b', 'c'])
  const given = [deviceArray(2 ** 30), deviceArray(2 ** 30), deviceArray(2 ** 20)]
  expect(Object.keys(await constants.take(given))).toEqual(['a', 'c'])
  expect(constants.hold([given[0]!, deviceArray(2 ** 30), given[2]!])).toBe(true)
  expect(constants.hold([given[0]!, given[1]!, deviceArray(2 ** 20)])).toBe(false)
})
