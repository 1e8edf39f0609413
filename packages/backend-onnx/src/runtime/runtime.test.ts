import { BackendError, OptionError } from '@dragoman/core/backend'
import * as node from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import type { Ort } from './ort.ts'
import { providerName, runtimeOf } from './runtime.ts'
import { checkSessionOptions } from './session-options.ts'

/** The web build under another version or other settings. */
function changed(env: Partial<Ort['env']>): Ort {
  const { InferenceSession, Tensor } = web
  const { versions, wasm } = web.env
  return { InferenceSession, Tensor, env: { versions, wasm, ...env } }
}

describe('runtimeOf', () => {
  test('tells the builds apart', () => {
    expect(runtimeOf(node, undefined)).toMatchObject({ build: 'node', providers: ['cpu'] })
    expect(runtimeOf(web, undefined)).toMatchObject({ build: 'web', providers: ['wasm'] })
    expect(runtimeOf(web, ['webgpu', { name: 'wasm' }]).providers.map(providerName)).toEqual([
      'webgpu',
      'wasm',
    ])
  })

  test('tells them apart where they share what they write into', () => {
    const versions = { ...web.env.versions, ...node.env.versions }
    const env = { versions, wasm: web.env.wasm }
    expect(runtimeOf(changed(env), undefined).build).toBe('web')
    expect(runtimeOf({ ...node, env }, undefined).build).toBe('node')
  })

  test('has one queue for each module, however it was imported', () => {
    expect(runtimeOf(web, undefined).queue).toBe(runtimeOf(changed({}), undefined).queue)
    expect(runtimeOf(web, undefined).queue).not.toBe(runtimeOf(node, undefined).queue)
  })

  test.each([
    ['nothing', undefined],
    ['another module', { version: '1' }],
    ['a namespace that only has a default', { default: web }],
  ])('refuses %s', (_, ort) => {
    expect(() => runtimeOf(ort as unknown as Ort, undefined)).toThrow(
      /onnx: ort is neither onnxruntime-node nor onnxruntime-web\n {2}hint: hand in the module/,
    )
  })

  test('refuses an old engine, and one that takes its inputs away', () => {
    const old = changed({ versions: { common: '1.20.1', web: '1.20.1' } })
    expect(() => runtimeOf(old, undefined)).toThrow(/ONNX Runtime 1\.20\.1 is too old\n.*1\.30 or newer/)
    const proxied = changed({ wasm: { proxy: true } })
    expect(() => runtimeOf(proxied, undefined)).toThrow(BackendError)
    expect(() => runtimeOf(proxied, undefined)).toThrow(/ort\.env\.wasm\.proxy is on/)
  })

  test.each([
    [[], 'the list is empty'],
    [[undefined], 'it is no list of names'],
    ['wasm', 'it is no list of names'],
    [['webgl'], "onnxruntime-web has no provider 'webgl'"],
    [['wasm', { name: 'cuda' }], "onnxruntime-web has no provider 'cuda'"],
  ])('refuses the providers %j', (providers, problem) => {
    expect(() => runtimeOf(web, providers as string[])).toThrow(OptionError)
    expect(() => runtimeOf(web, providers as string[])).toThrow(problem)
  })
})

describe('checkSessionOptions', () => {
  test('takes what the build knows', () => {
    checkSessionOptions('node', { intraOpNumThreads: 1, graphOptimizationLevel: 'basic' })
    checkSessionOptions('web', { logVerbosityLevel: 0, extra: { session: { disable_prepacking: '1' } } })
  })

  test.each([
    ['web', { intraOpNumThreads: 2 }, 'set ort.env.wasm.numThreads'],
    ['node', { extra: {} }, 'onnxruntime-node does not look at it'],
    ['node', { executionProviders: ['cpu'] }, 'name them in providers'],
    ['web', { preferredOutputLocation: 'cpu' }, 'the backend chooses it'],
    ['node', { freeDimensionOverrides: { batch: 1 } }, 'a program serves every size'],
    ['node', { threads: 2 }, 'there is no such option'],
    ['node', { intraOpNumThreads: -3 }, '-3 is not a whole number from 0 on'],
    ['node', { interOpNumThreads: 1.5 }, '1.5 is not a whole number from 0 on'],
    ['web', { executionMode: 'both' }, "is not 'sequential' or 'parallel'"],
    ['node', { graphOptimizationLevel: 'most' }, "is not 'disabled', 'basic'"],
    ['web', { enableProfiling: 1 }, '1 is not true or false'],
    ['web', { extra: null }, 'null is not an object'],
    ['node', null, 'it is no object'],
  ] as const)('refuses for %s %j', (build, options, problem) => {
    expect(() => checkSessionOptions(build, options as object)).toThrow(OptionError)
    expect(() => checkSessionOptions(build, options as object)).toThrow(problem)
  })
})
