import type { HostArray } from '@dragoman/core'
import { generate, reference } from '@dragoman/core'
import { expect, test } from 'vitest'
import { Generator } from '../generator.ts'
import { decidedModel, smallModelNames } from '../small-models.ts'
import { searches, sources } from './searches.ts'

/** Each weight off by 2e-5 of itself at most: some ten times what engines round. */
function disturbed(weights: ReadonlyMap<string, HostArray>, seed: number): Map<string, HostArray> {
  const draw = new Generator(seed, 'disturbances')
  const change = (array: HostArray): HostArray => ({
    ...array,
    data: Float64Array.from(array.data, (x) => x * (1 + 2e-5 * (2 * draw.next() - 1))),
  })
  return new Map([...weights].map(([path, array]) => [path, change(array)]))
}

test.each(smallModelNames)('%s is sure of what it writes', async (name) => {
  const backend = reference()
  const seq2seq = decidedModel(name, backend)
  const weights = await seq2seq.weights()
  const write = async () => {
    const texts: string[] = []
    for (const [way, options] of Object.entries(searches)) {
      const found = await generate(seq2seq, sources, { maxLength: 10, ...options })
      for (const [i, { hypotheses }] of found.entries()) {
        texts.push(`${way}, '${sources[i]}': ${hypotheses.map(({ ids }) => [...ids].join(' ')).join(' | ')}`)
      }
    }
    return texts
  }
  const plain = await write()
  for (const seed of [1, 2, 3]) {
    seq2seq.setWeights(disturbed(weights, seed))
    expect(await write()).toEqual(plain)
  }
  await seq2seq.dispose()
})
