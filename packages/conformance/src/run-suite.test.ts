import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AbortError, OptionError, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import type { CaseResult } from './run-suite.ts'
import { runSuite } from './run-suite.ts'
import { conformanceCases } from './suite.ts'
import { brokenNodes } from './testing/broken-backend.ts'

const all = conformanceCases()
const ofLevel = (level: string) => all.filter((each) => each.level === level)
const some = ofLevel('memory').slice(0, 3)
const create = () => reference()

describe('runSuite', () => {
  test('reports every case, in order, and tells of each as it ends', async () => {
    const told: [CaseResult, number, number][] = []
    const report = await runSuite({
      name: 'reference',
      create,
      cases: some,
      onResult: (result, { done, of }) => told.push([result, done, of]),
    })
    expect(report).toMatchObject({ backend: 'reference', passed: 3, failed: 0, gaps: 0 })
    expect(report.cases.map(({ id }) => id)).toEqual(some.map(({ id }) => id))
    expect(report.cases.every(({ ms, status }) => ms >= 0 && status === 'passed')).toBe(true)
    expect(told).toEqual(report.cases.map((result, i) => [result, i + 1, 3]))
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  test('goes on after a failure, and says what failed', async () => {
    const wrong = () =>
      brokenNodes((node) => (node.op === 'neg' ? ({ ...node, op: 'abs' } as unknown as typeof node) : node))
    const cases = all.filter(({ id }) => id === 'ops/neg of float [7]' || id === 'ops/abs of float [7]')
    const report = await runSuite({ name: 'broken', create: wrong, cases })
    expect(report).toMatchObject({ passed: 1, failed: 1 })
    expect(report.cases[0]).toMatchObject({ id: 'ops/neg of float [7]', status: 'failed', ops: ['neg'] })
    expect(report.cases[0]!.message).toContain('MismatchError: ops/neg of float [7]: result 0 is wrong at')
  })

  test('the hash is that of all cases, whichever ran', async () => {
    const [one, two] = [
      await runSuite({ name: 'a', create, cases: some }),
      await runSuite({ name: 'b', create, cases: [] }),
    ]
    expect(one.suite).toMatch(/^[0-9a-f]{8}$/)
    expect(two.suite).toBe(one.suite)
  })

  test('disposes the backend, and ends when it is told to', async () => {
    const backend = reference()
    const controller = new AbortController()
    const running = runSuite({
      name: 'reference',
      create: () => backend,
      cases: some,
      signal: controller.signal,
      onResult: () => controller.abort('enough'),
    })
    await expect(running).rejects.toThrow(AbortError)
    expect(() => backend.upload({ kind: 'bool', shape: [], data: Uint8Array.of(1) })).toThrow('disposed')
  })

  test('lets timers go on between cases', async () => {
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 1)
    await runSuite({ name: 'reference', create, cases: ofLevel('gradients').slice(0, 60) })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
  })

  test('refuses a gap of a case that does not exist', async () => {
    const gaps = [{ case: 'ops/none', reason: 'none' }]
    await expect(runSuite({ name: 'reference', create, gaps })).rejects.toThrow(OptionError)
  })

  test('a gap that is closed is a failure', async () => {
    const id = some[0]!.id
    const gaps = [{ case: id, reason: 'it was hard' }]
    const report = await runSuite({ name: 'reference', create, gaps, cases: some })
    expect(report).toMatchObject({ passed: 2, failed: 1, gaps: 0 })
    expect(report.cases[0]!.message).toContain(`gap closed: '${id}' (it was hard)`)
  })

  test('a wrong number is a failure, also in a gap', async () => {
    const id = 'ops/neg of float [7]'
    const wrong = () =>
      brokenNodes((node) => (node.op === 'neg' ? ({ ...node, op: 'abs' } as unknown as typeof node) : node))
    const cases = all.filter((each) => each.id === id)
    const gaps = [{ case: id, reason: 'it has no signs' }]
    const report = await runSuite({ name: 'broken', create: wrong, gaps, cases })
    expect(report.cases[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('MismatchError'),
    })
  })
})

/** Every module that a module brings in, itself first. */
function modulesOf(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  if (!file.endsWith('.ts')) return seen
  const text = readFileSync(file, 'utf8')
  for (const [, specifier] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
    if (specifier!.startsWith('.')) modulesOf(join(dirname(file), specifier!), seen)
    else seen.add(specifier!)
  }
  return seen
}

test('the suite runs in a page: it needs core and nothing of Node', () => {
  const index = join(dirname(fileURLToPath(import.meta.url)), 'index.ts')
  const packages = [...modulesOf(index)].filter((name) => !name.startsWith('/'))
  expect(packages).toEqual(['@dragoman/core'])
})
