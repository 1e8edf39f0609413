import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { inspectBackend } from '../src/availability.ts'
import { backendTable } from '../src/backends.ts'
import type { Comparison } from '../src/comparison/report.ts'
import { ended, start } from './child.ts'
import { trainedFolder, trainingFiles } from './support.ts'

const names = ['cpu', 'tfjs', 'onnx-node', 'onnx-web']

/** Runs the built command, whose engines print what they like; progress, which a slow machine shows, is left out. */
async function built(
  args: readonly string[],
  stdin = '',
): Promise<Awaited<ReturnType<typeof ended>> & { stdout: string }> {
  const child = start(args)
  child.stdin!.end(stdin)
  const stdout = text(child.stdout!)
  const { code, stderr } = await ended(child)
  return { code, stderr: stderr.replace(/^ *\d+% .*\n/gm, ''), stdout: await stdout }
}

describe('engines that are installed', () => {
  test('train the same model, and say nothing of their own', async () => {
    const { path } = trainingFiles()
    const losses = async (backend: string): Promise<number[]> => {
      const args = ['train', path('pairs.tsv'), '--out', path(backend), '--config', path('config.json')]
      const { code, stdout, stderr } = await built([...args, '--backend', backend, '--json'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'training on 14 pairs, no validation\n' })
      const events: { type: string; loss: number }[] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      return events.filter(({ type }) => type === 'step').map(({ loss }) => loss)
    }
    const [cpu, ...others] = await Promise.all(names.map(losses))
    expect(cpu).toHaveLength(6)
    for (const other of others) {
      // Six steps in float32, each a sum over about a thousand products.
      for (const [i, loss] of cpu!.entries()) expect(Math.abs(other[i]! / loss - 1)).toBeLessThan(1e-4)
    }
  })

  test('are compared with the default backend', async () => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await built(
      ['compare', folder, '--json', '--max-length', '6'],
      'abc\ncab\nbb\n',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { backends, baseline, sources }: Comparison = JSON.parse(stdout)
    expect({ baseline, sources, names: backends.map(({ name }) => name) }).toEqual({
      baseline: 'cpu',
      sources: 3,
      names,
    })
    for (const backend of backends) {
      expect(backend).toMatchObject({ available: true, identical: 3 })
      expect(backend.available && backend.largestLogitDifference).toBeLessThan(1e-5)
      expect(backend.available && backend.liveBytes).toBeGreaterThan(0)
    }
  })

  test('work with as many threads as they are told, or refuse', async () => {
    const table = backendTable('.')
    const threadsOf = async (name: string, threads: number) => {
      const found = await inspectBackend({ ...table[name]!, open: () => table[name]!.open({ threads }) })
      return found.available ? found.info.threads : found.reason
    }
    expect(await threadsOf('cpu', 2)).toBe(2)
    expect(await threadsOf('onnx', 2)).toBe(2)
    expect(await threadsOf('onnx-node', 3)).toBe(3)
    expect(await threadsOf('onnx-web', 2)).toBe(2)
    const refusal = (name: string) =>
      `${name} works on one thread here; leave it out, or use --backend cpu or onnx`
    for (const name of ['tfjs', 'reference']) expect(await threadsOf(name, 2)).toBe(refusal(name))
  })
})
