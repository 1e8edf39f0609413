import '@tensorflow/tfjs-backend-cpu'
import { conformanceCases } from '@dragoman/conformance'
import { add, gather, hostArray, matmul, reference, scatterAdd, trace } from '@dragoman/core'
import { type Backend, eagerBackend, UnsupportedOpError } from '@dragoman/core/backend'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { checkedBackend } from './checked-backend.ts'
import { engineOf } from './engine.ts'
import { openDevice } from './open-device.ts'
import { probeTraits, type Traits } from './traits.ts'

/** The cpu backend, used as if it had these traits. */
async function cpuAs(traits: Partial<Traits>): Promise<Backend> {
  const device = await openDevice(tf, 'cpu')
  const all = { ...(await probeTraits(device)), ...traits }
  return checkedBackend(eagerBackend(engineOf(device, all)), device, all)
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
  addsInOrder: false,
  movesInts: false,
}

describe('as on a GPU', () => {
  const affected =
    /^ops\/(gather|scatter|dynamic|select|div|max|min|pow|sign|argMax|reduce|exp|log|sigmoid|sin|cos|transpose|.*axes)|^gradients\/(sin|cos)|^goldens\/positions|^composites\/(softmax|logSoftmax|crossEntropy)/
  const cases = conformanceCases().filter(({ id }) => affected.test(id))
  const backend = cpuAs(gpu)
  test.each(cases.map((each) => [each.id, each] as const))('%s', async (_, each) => {
    await each.run(await backend)
  })

  test('a product of many terms is made of parts, however its operands are stored', async () => {
    const terms = 4500
    const whole = (rows: number) => Float32Array.from({ length: rows * terms }, (_, i) => (i % 7) - 3)
    for (const flags of [0, 1, 2, 3]) {
      const [transposeA, transposeB] = [(flags & 1) === 1, (flags & 2) === 2]
      const a = hostArray('float', transposeA ? [terms, 2] : [2, terms], whole(2))
      const b = hostArray('float', transposeB ? [3, terms] : [terms, 3], whole(3))
      const graph = trace('product', (place) => ({
        y: matmul(place.input('a', 'float', a.shape), place.input('b', 'float', b.shape), {
          transposeA,
          transposeB,
        }),
      }))
      const run = async (backend: Backend) => {
        const { y } = await (await backend.compile(graph)).run({ a, b })
        const data = [...(await y!.read())]
        y!.dispose()
        return data
      }
      // Sums of small ints are exact in any order.
      expect(await run(await backend)).toEqual(await run(reference()))
    }
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

describe('ints that floats cannot hold, where ints are floats,', () => {
  const backend = cpuAs({ exactInts: false })
  const int = (x: number) => hostArray('int', [1], [x])

  test('are not uploaded', async () => {
    const { upload } = await backend
    expect(() => upload(int(2 ** 24 + 1))).toThrow('which cannot hold 16777217 for sure')
    expect(() => upload(int(-(2 ** 31)))).toThrow(UnsupportedOpError)
    const array = upload(int(-(2 ** 24)))
    expect([...(await array.read())]).toEqual([-(2 ** 24)])
    array.dispose()
  })

  test('are not read, as they may have become others', async () => {
    const graph = trace('doubled', (place) => {
      const x = place.input('x', 'int', [1])
      return { y: add(x, x) }
    })
    const program = await (await backend).compile(graph)
    const { y } = await program.run({ x: int(2 ** 23 + 1) })
    await expect(y!.read()).rejects.toThrow(UnsupportedOpError)
    y!.dispose()
  })

  test('are no constants', async () => {
    const graph = trace('shifted', (place) => {
      const x = place.input('x', 'int', [1])
      return { y: add(x, 2 ** 25 + 1) }
    })
    await expect((await backend).compile(graph)).rejects.toThrow('constant')
  })
})
