import { BackendError } from '@dragoman/core/backend'
import { describe, expect, test } from 'vitest'
import { DeviceMemory } from './device-memory.ts'
import { type GrowableMemory, plainMemory, wasmMemory } from './growable.ts'
import { Workspace } from './workspace.ts'

describe.each([
  ['wasm', wasmMemory],
  ['plain', plainMemory],
] as const)('%s memory', (_, make) => {
  test('grows, and keeps what is in it', () => {
    const memory = new DeviceMemory(make(65536), 'cpu')
    const first = memory.allocate(400)
    memory.floatWords.fill(1.5, first / 4, first / 4 + 100)
    const second = memory.allocate(1_000_000)
    expect(memory.bytes).toBeGreaterThan(1_000_000)
    expect(second).toBeGreaterThanOrEqual(first + 400)
    expect([...memory.floatWords.subarray(first / 4, first / 4 + 100)]).toEqual(new Array(100).fill(1.5))
    memory.release(first)
    memory.release(second)
    expect(memory.blocks).toBe(0)
  })

  test('the workspace only grows, and is given back', () => {
    const memory = new DeviceMemory(make(65536), 'cpu')
    const workspace = new Workspace(memory)
    workspace.reserve(1000)
    const { base } = workspace
    workspace.reserve(500)
    expect([workspace.base, workspace.bytes]).toEqual([base, 1000])
    workspace.reserve(500_000)
    expect(workspace.bytes).toBe(500_000)
    workspace.release()
    expect(memory.blocks).toBe(0)
  })
})

test('a memory that cannot grow is an error that says what to do', () => {
  const buffer = new ArrayBuffer(65536)
  const full: GrowableMemory = {
    buffer,
    growTo() {
      throw new RangeError('Maximum memory size exceeded')
    },
  }
  const memory = new DeviceMemory(full, 'cpu')
  const block = memory.allocate(60_000)
  expect(() => memory.allocate(60_000)).toThrow(BackendError)
  expect(() => memory.allocate(60_000)).toThrow(/out of memory: 0.1 MB more.*smaller batches/s)
  memory.release(block)
  expect(memory.allocate(60_000)).toBe(block)
})

test('addresses stay within 32 bits', () => {
  const memory = new DeviceMemory(plainMemory(65536), 'cpu')
  expect(() => memory.allocate(2 ** 33)).toThrow(/out of memory/)
})
