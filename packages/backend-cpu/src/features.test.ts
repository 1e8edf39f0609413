import { expect, test } from 'vitest'
import { hasRelaxedSimd, hasSimd } from './features.ts'
import { chooseKernels, loadKernels } from './kernels.ts'

test('the tests of features say of the kernels whether they can be compiled', async () => {
  expect(hasSimd()).toBe(true)
  await expect(loadKernels('simd', false)).resolves.toBeInstanceOf(WebAssembly.Module)
  await expect(loadKernels('simd', true)).resolves.toBeInstanceOf(WebAssembly.Module)
  for (const isShared of [false, true]) {
    const loading = loadKernels('relaxed', isShared)
    if (hasRelaxedSimd()) await expect(loading).resolves.toBeInstanceOf(WebAssembly.Module)
    else await expect(loading).rejects.toThrow(WebAssembly.CompileError)
  }
})

test('a choice that is not there is refused, and auto takes what is', () => {
  if (hasRelaxedSimd()) expect(chooseKernels('relaxed').kernels).toBe('relaxed')
  else expect(() => chooseKernels('relaxed')).toThrow(/no relaxed SIMD.*experimental-wasm-relaxed-simd/s)
  expect(chooseKernels('auto').kernels).toBe(hasRelaxedSimd() ? 'relaxed' : 'simd')
  expect(chooseKernels('simd')).toEqual({ kernels: 'simd', reason: "asked for by wasm: 'simd'" })
  expect(chooseKernels('off').kernels).toBeUndefined()
})
