import * as core from '@dragoman/core'
import { expect, test } from 'vitest'
import * as own from './special-ids.ts'

test('the special ids are those of core', () => {
  const { PAD_ID, SOS_ID, EOS_ID } = core
  expect({ ...own }).toEqual({ PAD_ID, SOS_ID, EOS_ID })
})
