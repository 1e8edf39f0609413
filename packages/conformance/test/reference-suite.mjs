import { testBackend } from '@dragoman/conformance/node'
import { reference } from '@dragoman/core'

testBackend({ name: 'reference', create: () => reference() })
