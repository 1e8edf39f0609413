import { OptionError } from '@dragoman/core/backend'
import { expect, test } from 'vitest'
import { expectTrustedFlags, flagOf } from './flags.ts'

/** TensorFlow.js with one flag; asking for another throws, as there. */
const withFlag = (name: string, value: boolean) => ({
  env: () => ({
    get(asked: string) {
      if (asked !== name) throw new Error(`Cannot evaluate flag '${asked}'`)
      return value
    },
    set() {},
  }),
})

test('the flag that makes numbers wrong on webgl is refused there', () => {
  const shared = withFlag('WEBGL_USE_SHAPES_UNIFORMS', true)
  expect(() => expectTrustedFlags(shared, 'webgl')).toThrow(OptionError)
  expectTrustedFlags(shared, 'wasm')
  expectTrustedFlags(withFlag('WEBGL_USE_SHAPES_UNIFORMS', false), 'webgl')
  expectTrustedFlags(withFlag('OTHER', true), 'webgl')
})

test('a flag that there is not is undefined', () => {
  expect(flagOf(withFlag('ONE', true), 'ONE')).toBe(true)
  expect(flagOf(withFlag('ONE', true), 'TWO')).toBeUndefined()
})
