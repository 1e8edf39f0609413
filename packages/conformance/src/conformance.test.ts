import { reference } from '@dragoman/core'
import { describeBackend } from './vitest.ts'

describeBackend({ name: 'reference', create: () => reference() })
