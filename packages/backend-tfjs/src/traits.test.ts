import '@tensorflow/tfjs-backend-cpu'
import { conformanceCases } from '@dragoman/conformance'
import { gather, hostArray, scatterAdd, trace } from '@dragoman/core'
import { type Backend, eagerBackend, UnsupportedOpError } from '@dragoman/core/backend'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { engineOf } from './engine.ts'
import { openDevice } from './open-device.ts'
import { probeTraits, type Traits } from './traits.ts'

/** The cpu backend, used as if it had these traits. */
async function cpuAs(traits: Partial<Traits>): Promise<Backend> {
  const device = await openDevice(tf, 'cpu')
  return eagerBackend(engineOf(device, { ...(await probeTraits(device)), ...traits }))
}

/** What kernels do for a GPU: nothing is read, and no int kernel is trusted. */
const gpu: Partial<Traits> = {
  hostMemory: false,
  exactIntQuotients: false,
  maximumKeepsNaN: false,
  reductionKeepsNaN: false,
  powerOfOneIsOne: false,
  losesNaN: new Set(['Exp', 'Log', 'Sigmoid']),
  powerReachesLimits: false,
  exactSine: false,
  logReachesInfinity: false,
  quotientKeepsNaN: false,
  extremesReachInfinity: false,
  findsFirstLargest: false,
  movesInts: false,
}

describe('as on a GPU', () => {
  const affected =
    /^ops\/(gather|scatter|dynamic|select|div|max|min|pow|sign|argMax|reduce|exp|log|sigmoid|sin|cos|transpose)|^gradients\/(sin|cos)|^goldens\/positions|^composites\/(softmax|logSoftmax|crossEntropy)/
  const cases = conformanceCases().filter(({ id }) => affected.test(id))
  const backend = cpuAs(gpu)
  test.each(cases.map((each) => [each.id, each] as const))('%s', async (_, each) => {
    await each.run(await backend)
  })

  test('an index outside its axis reads 0, and what is added there is lost', async () => {
    const graph = trace('outside', (place) => {
      const table = place.input('table', 'float', [2, 1])
      const ids = place.input('ids', 'int', [3])
      const rows = gather(table, ids)
      return {
        rows,
        sums: scatterAdd(ids, rows, 0, 2),
        ones: scatterAdd(ids, place.input('one', 'float', [3, 1]), 0, 2),
      }
    })
    const program = await (await backend).compile(graph)
    const outputs = await program.run({
      table: hostArray('float', [2, 1], [5, 6]),
      ids: hostArray('int', [3], [-1, 1, 2]),
      one: hostArray('float', [3, 1], [1, 1, 1]),
    })
    const read = async (name: string) => [...(await outputs[name]!.read())]
    expect(await read('rows')).toEqual([0, 6, 0])
    expect(await read('sums')).toEqual([0, 6])
    expect(await read('ones')).toEqual([0, 1])
    for (const output of Object.values(outputs)) output.dispose()
  })
})

test('ints that floats cannot hold are refused where ints are floats', async () => {
  const backend = await cpuAs({ exactInts: false })
  const upload = (x: number) => backend.upload(hostArray('int', [1], [x]))
  expect(() => upload(2 ** 24 + 1)).toThrow('it keeps ints as 32-bit floats, which cannot hold 16777217')
  expect(() => upload(2 ** 24 + 1)).toThrow(UnsupportedOpError)
  const array = upload(2 ** 24)
  expect([...(await array.read())]).toEqual([2 ** 24])
  array.dispose()
})
