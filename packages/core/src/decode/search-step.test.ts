import { expect, it } from 'vitest'
import { generate } from './generate.ts'
import type { SearchStep } from './search-step.ts'
import { stream } from './stream.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const kinds = Object.keys(tinyConfigs)
const source = 'a b c d'

async function stepsOf(options: Parameters<typeof generate>[2]) {
  const steps: SearchStep[] = []
  const model = await tinySeq2Seq(kinds[0]!)
  const [result] = await generate(model, source, { ...options, onStep: (step) => steps.push(step) })
  return { steps, result: result! }
}

it.each([1, 3])('the steps of %i beams are a tree that ends in the hypotheses', async (beams) => {
  const options = { beams, nbest: beams, maxLength: 6 }
  const { steps, result } = await stepsOf(options)
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1))
  expect(steps[0]!.asked.map(({ ids }) => ids)).toEqual([[]])
  for (const [i, { asked, kept, finished }] of steps.entries()) {
    for (const child of [...kept, ...finished]) {
      const parent = asked[child.parent]!
      expect(child.ids.slice(0, -1)).toEqual(parent.ids)
      expect(child.logProbability).toBeCloseTo(parent.logProbabilities[child.ids.at(-1)!]!, 5)
      expect(child.total).toBeCloseTo(parent.total + child.logProbability, 5)
    }
    for (const { logProbabilities } of asked) {
      expect(logProbabilities.reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 5)
    }
    expect(steps[i + 1]?.asked.map(({ ids }) => ids) ?? []).toEqual(kept.map(({ ids }) => ids))
  }
  const ends = steps.flatMap(({ finished }) => finished)
  for (const { ids, finished, score } of result.hypotheses) {
    const whole = finished === 'eos' ? [...ids, 3] : [...ids]
    const end = ends.find((each) => each.ids.join() === whole.join())
    expect(end?.score).toBe(score)
  }
})

it('watching changes nothing', async () => {
  const { result } = await stepsOf({ beams: 3, maxLength: 6 })
  const model = await tinySeq2Seq(kinds[0]!)
  const [plain] = await generate(model, source, { beams: 3, maxLength: 6 })
  expect(result).toEqual(plain)
})

it('tells the reading of a target prefix too', async () => {
  const { steps } = await stepsOf({ maxLength: 4, targetPrefix: [4, 5] })
  expect(steps.slice(0, 3).map(({ asked }) => asked[0]!.ids)).toEqual([[], [4], [4, 5]])
  expect(steps[0]!.asked[0]!.tokens).toEqual([])
  expect(steps[2]!.asked[0]!.tokens).toHaveLength(2)
})

it('is no option of a stream, and must be a function', async () => {
  const model = await tinySeq2Seq(kinds[0]!)
  const options = { onStep: () => {} } as never
  await expect(stream(model, source, options).next()).rejects.toThrow('onStep')
  await expect(generate(model, source, { onStep: 3 } as never)).rejects.toThrow('onStep')
})
