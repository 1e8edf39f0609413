// Prints "N passed, N failed, N skipped", summed over the reports that vitest wrote in each package.
//
//   node scripts/count-tests.mjs EXIT_CODE     EXIT_CODE of `npm test`: not 0 counts as one failure at least
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const testsFailed = Number(process.argv[2] ?? 0) !== 0

function readReports() {
  const packages = readdirSync(new URL('packages/', root)).map((name) => `packages/${name}`)
  return [...packages, 'apps/playground', 'benchmarks', 'matrix', 'packaging']
    .map((folder) => new URL(`${folder}/reports/tests.json`, root))
    .filter((url) => existsSync(url))
    .map((url) => JSON.parse(readFileSync(url, 'utf8')))
}

/** Files that failed though no test in them did: they could not be loaded. */
function brokenFiles(report) {
  return report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((result) => result.status !== 'failed'),
  ).length
}

let passed = 0
let failed = 0
let skipped = 0
for (const report of readReports()) {
  passed += report.numPassedTests
  failed += report.numFailedTests + brokenFiles(report)
  skipped += report.numPendingTests + report.numTodoTests
}
if (testsFailed || passed === 0) failed = Math.max(failed, 1)

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
