// A few dozen cases of every level in a real page: `pnpm conformance` runs them all.
import { conformanceCases } from '@dragoman/conformance'
import { describe, expect, test } from 'vitest'
import { columnNamed } from './columns.ts'
import { findChromium } from './hosts/chromium.ts'
import { openHost } from './open-host.ts'
import { runColumn } from './run-column.ts'

const suite = conformanceCases()
const cases = suite.filter((_, i) => i % 40 === 0)

describe.skipIf(findChromium() === undefined)('in Chromium (skipped only where none is found)', () => {
  test.each(['chromium-cpu', 'chromium-tfjs-wasm', 'chromium-onnx-wasm'])(
    '%s passes a sample of the suite',
    async (name) => {
      const column = columnNamed(name)
      const { results } = await runColumn({ column: name, suite, cases, open: () => openHost(column) })
      expect(results.filter(({ status }) => status === 'failed')).toEqual([])
      expect(results.map(({ id }) => id)).toEqual(cases.map(({ id }) => id))
    },
  )
})
