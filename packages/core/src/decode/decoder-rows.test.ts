import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { AbortError } from '../errors.ts'
import type { BackendCall } from '../testing/hooked-backend.ts'
import { hookedBackend } from '../testing/hooked-backend.ts'
import { generate } from './generate.ts'
import type { GenerateOptions } from './options.ts'
import { score } from './score.ts'
import { stream } from './stream.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const cached = Object.keys(tinyConfigs).filter((kind) => kind.startsWith('Transformer'))
const sources = ['a b c', 'g', 'f f e']

/** A model, and the calls to its backend since the last look. */
async function watched(kind: string) {
  const backend = reference()
  const calls: BackendCall[] = []
  const model = await tinySeq2Seq(kind, { backend: hookedBackend(backend, (call) => void calls.push(call)) })
  return { backend, model, calls: () => calls.splice(0) }
}

function runsOf(calls: readonly BackendCall[], name: string) {
  return calls.filter((call) => call.type === 'run').filter(({ graph }) => graph === name)
}

function compiled(calls: readonly BackendCall[]): string[] {
  return calls.flatMap((call) => (call.type === 'compile' ? [call.graph] : []))
}

/** The capacity of the caches of each step. */
function capacities(calls: readonly BackendCall[]): number[] {
  return runsOf(calls, 'decode.step').map(({ inputs }) => {
    const cache = Object.values(inputs).find(({ shape, kind }) => kind === 'float' && shape.length === 4)
    return cache!.shape[2]!
  })
}

describe('caches', () => {
  it('are of the decoders that the tests mean', () => {
    expect(cached.length).toBe(2)
  })

  it.each(cached.flatMap((kind) => [1, 3].map((beams) => [kind, beams] as const)))(
    '%s: past every bucket, a step = the full pass (%i beams)',
    async (kind, beams) => {
      const { backend, model } = await watched(kind)
      const baseline = backend.live()
      const lengths = { minLength: 70, maxLength: 75 }
      const options: GenerateOptions = beams > 1 ? { ...lengths, beams, nbest: beams } : lengths
      const results = await generate(model, sources, options)
      for (const { source, hypotheses } of results) {
        for (const { text, logProbabilities } of hypotheses) {
          expect(logProbabilities.length).toBeGreaterThan(64)
          const [full] = await score(model, [{ source, target: text }])
          const steps = [...full!.perToken].slice(0, logProbabilities.length)
          expect([...logProbabilities]).toEqual(steps.map((nats) => expect.closeTo(-nats, 8)))
        }
      }
      expect(backend.live()).toEqual(baseline)
    },
  )

  it.each(cached)('%s: double when they are full, and no length compiles anything new', async (kind) => {
    const { model, calls } = await watched(kind)
    calls()
    await generate(model, 'a', { minLength: 39, maxLength: 40 })
    const long = calls()
    expect(compiled(long).sort()).toEqual(['decode.grow', 'decode.start', 'decode.step'])
    const expected = Array.from({ length: 40 }, (_, t) => (t < 16 ? 16 : t < 32 ? 32 : 64))
    expect(capacities(long)).toEqual(expected)
    expect(runsOf(long, 'decode.grow').length).toBe(2)
    for (const source of ['a b', 'c d e f g']) {
      await generate(model, source, { minLength: 20, maxLength: 90 })
      expect(compiled(calls())).toEqual([])
    }
  })

  it.each(cached)('%s: rows are reordered only where their order changes', async (kind) => {
    const { model, calls } = await watched(kind)
    calls()
    await generate(model, 'a b', { minLength: 30, maxLength: 31 })
    const greedy = calls()
    expect(runsOf(greedy, 'decode.step').filter(({ inputs }) => 'parents' in inputs)).toEqual([])
    expect(runsOf(greedy, 'decode.select')).toEqual([])
    await generate(model, 'a b', { beams: 4, minLength: 30, maxLength: 31 })
    const beam = runsOf(calls(), 'decode.step')
    const reordered = beam.filter(({ inputs }) => 'parents' in inputs)
    for (const { inputs } of reordered) {
      const { parents } = inputs
      const given = parents && 'data' in parents ? [...parents.data] : []
      expect(given).not.toEqual([0, 1, 2, 3])
    }
    expect(reordered.length).toBeLessThan(beam.length)
  })

  it.each(cached)('%s: a bucket holds what it holds: memory grows with buckets alone', async (kind) => {
    const { backend, model } = await watched(kind)
    const bytes: number[] = []
    for await (const _ of stream(model, 'a b c', { minLength: 33, maxLength: 34 })) {
      bytes.push(backend.live().bytes)
    }
    const [first, second, third] = [bytes[0]!, bytes[16]!, bytes[32]!]
    expect([first < second, second < third]).toEqual([true, true])
    expect(bytes.slice(0, 16)).toEqual(Array(16).fill(first))
    expect(bytes.slice(16, 32)).toEqual(Array(16).fill(second))
  })

  it.each([15, 16, 17])('are given back when token %i is the last before an abort', async (last) => {
    const { backend, model } = await watched(cached[0]!)
    const baseline = backend.live()
    const controller = new AbortController()
    let count = 0
    const failing = generate(model, 'a b', {
      minLength: 30,
      signal: controller.signal,
      onToken() {
        count++
        if (count === last) controller.abort()
      },
    })
    await expect(failing).rejects.toThrow(AbortError)
    expect(count).toBe(last)
    expect(backend.live()).toEqual(baseline)
  })
})
