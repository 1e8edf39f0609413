import { promises } from 'node:fs'
import { type Backend, BackendError, generate, type HostArray, loadModel, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { type BackendEntry, type BackendTable, backendTable } from '../src/backends.ts'
import type { Comparison, MeasuredBackend } from '../src/comparison/report.ts'
import { diskStore } from '../src/storage/disk-store.ts'
import { dragoman, trainedFolder } from './support.ts'

const same: BackendEntry = { description: 'right', isCompared: true, open: async () => reference() }

/** A backend on which every weight has the other sign. */
const wrong: BackendEntry = { description: 'wrong', isCompared: true, open: async () => negated(reference()) }

function negated(backend: Backend): Backend {
  const negative = (array: HostArray): HostArray => ({ ...array, data: array.data.map((value) => -value) })
  return {
    specification: 1,
    name: 'negated',
    composites: backend.composites,
    info: () => ({ precision: 'wrong' }),
    compile: (graph, options) => backend.compile(graph, options),
    upload: (array) => backend.upload(array.kind === 'float' ? negative(array) : array),
    live: () => backend.live(),
    dispose: () => backend.dispose(),
  }
}

const missing: BackendEntry = {
  description: 'elsewhere',
  isCompared: true,
  expectInstalled: () => {
    throw new BackendError({
      backend: 'gpu',
      problem: 'gpu-engine is not installed',
      hint: 'npm install gpu-engine',
    })
  },
  open: async () => {
    throw new Error('never asked, as it is not installed')
  },
}

/** Each look at the clock is 8 ms later, each look at the memory 1 MB higher. */
function ticking(): { clock(): number; processBytes(): number } {
  let ms = 0
  let bytes = 0
  return { clock: () => (ms += 8), processBytes: () => (bytes += 1e6) }
}

async function compared(
  folder: string,
  backends: BackendTable,
  ...args: readonly string[]
): Promise<Comparison> {
  const { code, stdout, stderr } = await dragoman(['compare', folder, '--json', ...args], {
    stdin: 'abc\n\ncab\na\n',
    backends,
    ...ticking(),
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('compare', () => {
  test('the same backend twice agrees in everything', async () => {
    const folder = await trainedFolder()
    const result = await compared(folder, { one: same, two: same })
    expect(result).toMatchObject({ model: folder, sources: 3, logitSources: 3, baseline: 'one' })
    const [one, two] = result.backends
    expect(two).toEqual({ ...one, name: 'two' })
    expect(two).toMatchObject({
      available: true,
      info: { precision: 'float64' },
      identical: 3,
      largestLogitDifference: 0,
      loadMs: 8,
      compileMs: 0,
      processBytes: 1e6,
    })
    expect(two).not.toHaveProperty('firstDivergence')
    // The reference keeps float64: 8 bytes a weight.
    const { parameters } = JSON.parse((await dragoman(['inspect', folder, '--json'])).stdout)
    expect((two as MeasuredBackend).liveBytes).toBe(8 * parameters.total)
    expect((two as MeasuredBackend).msPerToken).toBe(8 / result.tokens)
  })

  test('a backend that computes something else shows where, and by which margin', async () => {
    const folder = await trainedFolder()
    const { backends } = await compared(folder, { right: same, wrong })
    const { identical, firstDivergence: found, largestLogitDifference } = backends[1] as MeasuredBackend
    expect(identical).toBeLessThan(3)
    expect(largestLogitDifference).toBeGreaterThan(0)
    expect(found).toBeDefined()
    const { source, token, expected, actual, margin } = found!

    // The margin again, from the probabilities of the two tokens after what was written before.
    const seq2seq = await loadModel(diskStore(folder, promises), reference())
    const { ids } = (await generate(seq2seq, source))[0]!.best
    const logProbabilityOf = async (text: string) => {
      const { vocabulary } = seq2seq.tokenizers.target
      const id = text === '<eos>' ? 3 : vocabulary.idOf(text)
      const targetPrefix = [...ids.subarray(0, token)]
      const options = { targetPrefix, allowedTokens: () => [id], maxLength: token + 1 }
      return (await generate(seq2seq, source, options))[0]!.best.logProbabilities.at(-1)!
    }
    expect(margin).toBeCloseTo((await logProbabilityOf(expected)) - (await logProbabilityOf(actual)), 4)
    expect(margin).toBeGreaterThan(0)
  })

  test('prints a table, what is missing in its row, and the first difference', async () => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['compare', folder], {
      stdin: 'abc\ncab\n',
      backends: { right: same, wrong, gpu: missing },
      ...ticking(),
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^2 sources, \d+ tokens, compared with right$/)
    expect(lines[2]).toBe(
      'backend  same outputs  max |Δ logit|  ms/token  load ms  compile ms  arrays MB  process MB',
    )
    expect(lines[3]).toMatch(/^right {15}– {14}– {2,}[\d.]+ {8}8 {11}0 {8}0\.0 {8}\+1\.0$/)
    expect(lines[4]).toMatch(/^wrong {10}0 of 2 {2,}[\d.]+e[+-]\d {2,}[\d.]+ {8}8 {11}0 {8}0\.0 {8}\+1\.0$/)
    expect(lines[5]).toBe('gpu      not here: gpu-engine is not installed; npm install gpu-engine')
    expect(lines.slice(6).join('\n')).toMatch(
      /^\nwrong first differs at source 1 "abc", token \d+\n {2}".+" on right, ".+" on wrong; margin [\d.]+ in logits\n$/,
    )
  })

  test('a backend that was named must be there; nothing runs before', async () => {
    const args = ['compare', await trainedFolder(), '--backends', 'one,gpu']
    const backends = {
      one: { ...same, open: () => Promise.reject(new Error('nothing may run')) },
      gpu: missing,
    }
    expect(await dragoman(args, { stdin: 'abc\n', backends })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'dragoman: gpu: gpu-engine is not installed\n  hint: npm install gpu-engine\n',
    })
  })

  test('--backends says which, in which order, once each', async () => {
    const folder = await trainedFolder()
    const backends = { one: same, two: same, three: same }
    const result = await compared(folder, backends, '--backends', 'three, one,three')
    expect(result.backends.map(({ name }) => name)).toEqual(['three', 'one'])
    expect(result.baseline).toBe('three')
  })

  test('a backend that fails while it runs has its row; where it was named, it is an error', async () => {
    const failing: BackendEntry = {
      description: 'full',
      isCompared: true,
      open: async () => ({
        ...negated(reference()),
        compile: () => Promise.reject(new BackendError({ backend: 'full', problem: 'out of memory' })),
      }),
    }
    const folder = await trainedFolder()
    const backends = { full: failing, one: same }
    const result = await compared(folder, backends)
    expect(result.baseline).toBe('one')
    expect(result.backends[0]).toEqual({ name: 'full', available: false, reason: 'out of memory' })
    const { code, stderr } = await dragoman(['compare', folder, '--backends', 'one,full'], {
      stdin: 'abc\n',
      backends,
    })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'dragoman: full: out of memory\n' })
  })

  test('--threads reaches each backend; one that cannot says so', async () => {
    const asked: unknown[] = []
    const threaded: BackendEntry = {
      ...same,
      open: async (options) => {
        asked.push(options)
        return reference()
      },
    }
    const single = { ...backendTable('.').reference!, isCompared: true }
    const folder = await trainedFolder()
    const result = await compared(folder, { threaded, single }, '--threads', '2')
    expect(asked).toEqual([{ threads: 2 }])
    expect(result.backends[1]).toEqual({
      name: 'single',
      available: false,
      reason: 'reference works on one thread here; leave it out, or use --backend cpu or onnx',
    })
    const one = await compared(folder, { threaded, single }, '--threads', '1')
    expect(one.backends.map(({ available }) => available)).toEqual([true, true])
  })

  test('options of decoding apply, and are refused as elsewhere', async () => {
    const folder = await trainedFolder()
    const result = await compared(folder, { one: same }, '--max-length', '2', '--beams', '2')
    expect(result.tokens).toBeLessThanOrEqual(3 * 2)
    const args = ['compare', folder, '--length-penalty', '2']
    const { code, stderr } = await dragoman(args, { stdin: 'abc\n', backends: { one: same } })
    expect(stderr).toContain('dragoman: --length-penalty: there is one hypothesis, so nothing to compare')
    expect(code).toBe(2)
  })

  test.each([
    [['--backends', 'gpu'], "--backends: 'gpu' is not known\n  hint: known: one; dragoman backends", 2],
    [['--backends', ''], "--backends: '' is not known", 2],
    [['--threads', '0'], 'It must be a whole number of 1 or more.', 2],
    [['--input', 'nothing-here.txt'], 'nothing-here.txt: there is no such file', 1],
    [[], 'standard input: there is no source\n  hint: give one or more, a line each', 1],
  ])('%j is refused', async (args, message, exitCode) => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['compare', folder, ...args], {
      stdin: '\n \n',
      backends: { one: same },
    })
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([exitCode, ''])
  })

  test('where no backend is there at all, it says so', async () => {
    const { code, stderr } = await dragoman(['compare', await trainedFolder()], {
      stdin: 'abc\n',
      backends: { gpu: missing },
    })
    expect(stderr).toBe('dragoman: compare: no backend is available\n  hint: dragoman backends says why\n')
    expect(code).toBe(1)
  })
})
