import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Runs the built package's runner in a process of its own; what a pattern leaves out is skipped. */
function runNode(pattern: string): string {
  const file = fileURLToPath(new URL('reference-suite.mjs', import.meta.url))
  const flags = ['--test', `--test-name-pattern=${pattern}`, '--test-reporter=tap']
  // A test runner that finds itself inside another one reports to that one instead.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, file], { encoding: 'utf8', env })
  return stdout + stderr
}

test("the suite runs under Node's own test runner", () => {
  const output = runNode('/^memory/')
  expect(output).toMatch(/ok \d+ - memory\/an upload is a copy\n/)
  expect(output).toMatch(/# fail 0\n/)
  expect(output).not.toMatch(/# pass 0\n/)
})
