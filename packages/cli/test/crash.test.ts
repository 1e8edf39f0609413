import { cpSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadModel, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { backendTable } from '../src/backends.ts'
import type { Disk } from '../src/storage/disk.ts'
import { diskStore } from '../src/storage/disk-store.ts'
import { ended, start } from './child.ts'
import { dragoman, type Outcome, temporaryFolder, trainedFolder } from './support.ts'

const preload = fileURLToPath(new URL('crash-at.mjs', import.meta.url))

/** A saved run after 2 steps, and how it goes on: a checkpoint at the end of the epoch, step 4, one after step 5. */
interface SavedRun {
  readonly folder: string
  argsFor(folder: string): string[]
  /** The weights that it ends with when nothing happens on the way. */
  readonly expected: Buffer
}

async function savedRun(): Promise<SavedRun> {
  const folder = await trainedFolder('--valid', 'none', '--steps', '2')
  const argsFor = (out: string) => {
    const pairs = join(folder, '..', 'pairs.tsv')
    return ['train', pairs, '--out', out, ...'--valid none --steps 5 --resume --backend reference'.split(' ')]
  }
  const whole = copyOf(folder)
  await dragoman(argsFor(whole), { backends: backendTable('.') })
  return { folder, argsFor, expected: weightsOf(whole) }
}

function copyOf(folder: string): string {
  const copy = temporaryFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

function weightsOf(folder: string): Buffer {
  return readFileSync(join(folder, 'model.safetensors'))
}

/** After a crash: the model loads, no step that was saved is lost, and the run goes on to the same end. */
async function expectWhole(folder: string, { argsFor, expected }: SavedRun, when: string): Promise<void> {
  const model = await loadModel(diskStore(folder), reference())
  await model.dispose()
  const { folder: newest } = JSON.parse(readFileSync(join(folder, 'trainer', 'latest.json'), 'utf8'))
  expect(newest, when).toMatch(/^trainer\/step-[245]/)
  const { code, stderr }: Outcome = await dragoman(argsFor(folder), { backends: backendTable('.') })
  expect([code, stderr], when).toEqual([0, expect.stringContaining('training on 14 pairs')])
  expect(weightsOf(folder).equals(expected), when).toBe(true)
  const files = await diskStore(folder).list('trainer/')
  expect(
    files.filter((path) => !path.startsWith('trainer/step-5')),
    when,
  ).toEqual(['trainer/latest.json'])
}

/** A disk on which nothing works any more from the n-th step on, as if the machine had stopped; it counts. */
function stoppingDisk(stopAt: number): Disk & { readonly steps: () => number } {
  let count = 0
  const step = () => {
    if (++count >= stopAt) throw new Error('the machine has stopped')
  }
  const methods = (['mkdir', 'rename', 'rm', 'rmdir'] as const).map((name) => {
    const work = fs[name] as (...args: unknown[]) => Promise<unknown>
    const counted = async (...args: unknown[]) => {
      step()
      return work(...args)
    }
    return [name, counted]
  })
  const open = async (...args: Parameters<typeof fs.open>) => {
    step()
    const file = await fs.open(...args)
    const { writeFile, sync } = file
    file.writeFile = async (bytes) => {
      const isLast = count + 1 >= stopAt
      await writeFile.call(file, isLast ? (bytes as Uint8Array).subarray(0, 7) : bytes)
      step()
    }
    file.sync = async () => {
      step()
      return sync.call(file)
    }
    return file
  }
  return { ...fs, ...Object.fromEntries(methods), open, steps: () => count }
}

describe('a crash loses nothing that was saved', () => {
  test('all along the work on the disk', async () => {
    const run = await savedRun()
    const counting = stoppingDisk(Number.POSITIVE_INFINITY)
    await dragoman(run.argsFor(copyOf(run.folder)), { backends: backendTable('.'), disk: counting })
    const all = counting.steps()
    expect(all).toBeGreaterThan(60)
    for (let stopAt = 1; stopAt <= all; stopAt += 3) {
      const folder = copyOf(run.folder)
      const { code } = await dragoman(run.argsFor(folder), {
        backends: backendTable('.'),
        disk: stoppingDisk(stopAt),
      })
      expect(code, `stopped at ${stopAt}`).toBe(1)
      await expectWhole(folder, run, `stopped at ${stopAt} of ${all}`)
    }
  })

  test('when the process is killed, between writes and during them', async () => {
    const run = await savedRun()
    const kill = async (folder: string, env: Record<string, string>) =>
      ended(start(run.argsFor(folder), { nodeArgs: ['--import', preload], env }))
    const { stderr } = await kill(copyOf(run.folder), {})
    const all = Number(/disk steps: (\d+)/.exec(stderr)?.[1])
    const regular = Array.from({ length: 6 }, (_, i) => 1 + Math.floor((i * all) / 6))
    const random = Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * all))
    for (const at of [...regular, ...random]) {
      const folder = copyOf(run.folder)
      expect((await kill(folder, { CRASH_AT: `${at}` })).code, `killed at ${at}`).toBe('SIGKILL')
      await expectWhole(folder, run, `killed at ${at} of ${all}`)
      const names = await fs.readdir(folder, { recursive: true })
      expect(
        names.filter((name) => name.includes('.tmp-')),
        `leftovers, killed at ${at}`,
      ).toEqual([])
    }
  })
})
