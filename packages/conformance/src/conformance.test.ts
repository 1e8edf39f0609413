import { reference } from '@dragoman/core'
import { expect } from 'vitest'
import { conformanceCases } from './suite.ts'
import { describeBackend } from './vitest.ts'

describeBackend({
  name: 'reference',
  create: () => reference(),
  report: ({ backend, passed, failed, gaps }) => {
    expect({ backend, passed, failed, gaps }).toEqual({
      backend: 'reference',
      passed: conformanceCases().length,
      failed: 0,
      gaps: 0,
    })
  },
})
