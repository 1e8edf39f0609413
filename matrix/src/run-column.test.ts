import type { CaseResult, ConformanceCase } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import type { Host } from './hosts/host.ts'
import type { Message } from './part.ts'
import { type ColumnRunOptions, runColumn } from './run-column.ts'

const suite: readonly ConformanceCase[] = ['a', 'b', 'c', 'd'].map((id) => ({
  id,
  level: 'ops',
  ops: ['add'],
  run: async () => {},
}))

function passed(id: string): Message {
  return { type: 'result', result: { id, level: 'ops', ops: ['add'], status: 'passed', ms: 0 } }
}

/** Hosts that pass every case, until the script of a host, by its turn, says what happens at a case. */
function scripted(scripts: readonly Readonly<Record<string, () => Promise<void>>>[]) {
  const log: string[] = []
  let turn = 0
  const open = (): Host => {
    const script = scripts[turn++] ?? {}
    log.push('open')
    return {
      async run({ ids = suite.map(({ id }) => id) }, onMessage) {
        await script.start?.()
        onMessage({ type: 'ready', info: { turn } })
        for (const id of ids) {
          await script[id]?.()
          onMessage(passed(id))
        }
      },
      async close() {
        log.push('close')
      },
    }
  }
  return { open, log }
}

function run(hosts: ReturnType<typeof scripted>, options: Partial<ColumnRunOptions> = {}) {
  return runColumn({ column: 'fake', suite, open: hosts.open, ...options })
}

const crash = () => Promise.reject(new Error('the page crashed'))
const statuses = (results: readonly CaseResult[]) => results.map(({ id, status }) => `${id} ${status}`)

test('a column runs all cases in one host, and closes it', async () => {
  const hosts = scripted([])
  const { results, info } = await run(hosts)
  expect(statuses(results)).toEqual(['a passed', 'b passed', 'c passed', 'd passed'])
  expect(info).toEqual({ turn: 1 })
  expect(hosts.log).toEqual(['open', 'close'])
})

test('a crash fails the case under way by its id; the rest runs in a fresh host', async () => {
  const hosts = scripted([{ b: crash }])
  const { results } = await run(hosts)
  expect(statuses(results)).toEqual(['a passed', 'b failed', 'c passed', 'd passed'])
  expect(results[1]?.message).toBe('the page crashed')
  expect(hosts.log).toEqual(['open', 'close', 'open', 'close'])
})

test('a case that hangs has failed', async () => {
  const hosts = scripted([{ c: () => new Promise<void>(() => {}) }])
  const { results } = await run(hosts, { patienceMs: 20 })
  expect(statuses(results)).toEqual(['a passed', 'b passed', 'c failed', 'd passed'])
  expect(results[2]?.message).toContain('no answer')
})

test('a backend that does not start fails every case, without another try', async () => {
  const hosts = scripted([{ start: () => Promise.reject(new Error('no adapter')) }])
  const { results } = await run(hosts)
  expect(statuses(results)).toEqual(['a failed', 'b failed', 'c failed', 'd failed'])
  expect(new Set(results.map(({ message }) => message))).toEqual(new Set(['no adapter']))
  expect(hosts.log).toEqual(['open', 'close'])
})

test('a host that cannot be opened fails every case', async () => {
  const { results } = await run(scripted([]), { open: () => Promise.reject(new Error('no Chromium')) })
  expect(results.map(({ message }) => message)).toEqual(Array(4).fill('no Chromium'))
})

test('only the chosen cases run', async () => {
  const { results } = await run(scripted([]), { cases: suite.slice(1, 3) })
  expect(statuses(results)).toEqual(['b passed', 'c passed'])
})

test('a host that ends early fails the case that it left out', async () => {
  const short = (): Host => ({
    async run(_, onMessage) {
      onMessage({ type: 'ready', info: {} })
    },
    close: async () => {},
  })
  const { results } = await run(scripted([]), { open: short, cases: suite.slice(0, 1) })
  expect(results[0]?.message).toContain('does not have it')
})
