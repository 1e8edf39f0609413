import { expect, test } from 'vitest'
import { commandOf, contestantOf, contestants, type Host, takesPart } from './contestants.ts'

const host: Host = { node: '/bin/node', nodeFlags: ['--flag'], python: undefined, chromium: undefined }

test('every id is another, and every one by hand is there', () => {
  expect(new Set(contestants.map(({ id }) => id)).size).toBe(contestants.length)
  for (const { byHand } of contestants)
    if (byHand !== undefined) expect(contestantOf(byHand).kind).toBe('peer')
})

test('an unknown id is refused with those that are known', () => {
  expect(() => contestantOf('gpu')).toThrow(/no contestant 'gpu'; known: cpu, cpu-2/)
})

test('without a Python neither PyTorch nor graphs by hand take part', () => {
  expect(takesPart(contestantOf('pytorch'), 'TT', host)).toBe(false)
  expect(takesPart(contestantOf('hand-onnx-node'), 'TT', host)).toBe(false)
  expect(takesPart(contestantOf('pytorch'), 'TT', { ...host, python: 'python3' })).toBe(true)
  expect(takesPart(contestantOf('onnx-node'), 'TT', host)).toBe(true)
})

test('pages take part where there is a Chromium', () => {
  expect(takesPart(contestantOf('chromium-cpu'), 'TT', host)).toBe(false)
  expect(takesPart(contestantOf('chromium-cpu'), 'TT', { ...host, chromium: 'chromium' })).toBe(true)
})

test('limits are of products alone', () => {
  expect(takesPart(contestantOf('limit-simd'), 'gemm', host)).toBe(true)
  expect(takesPart(contestantOf('limit-simd'), 'DS', host)).toBe(false)
})

test('contestants run on the Node that is asked for, with its flags and their threads', () => {
  const { file, args } = commandOf(contestantOf('cpu-2'), 'TR', '/graphs', host)
  expect([file, args[0], ...args.slice(2)]).toEqual([
    '/bin/node',
    '--flag',
    'dragoman',
    'cpu',
    '2',
    'TR',
    '/graphs',
  ])
})

test('PyTorch is held to AVX2 by its environment', () => {
  const { environment } = commandOf(contestantOf('pytorch-avx2'), 'TT', '', { ...host, python: 'python3' })
  expect(environment).toMatchObject({ ATEN_CPU_CAPABILITY: 'avx2' })
})
