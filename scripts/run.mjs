// Runs a tool of the workspace, after installing the dependencies where that is still to be done.
//
//   node scripts/run.mjs turbo run build
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pnpm, root } from './pnpm.mjs'

const oldestNode = [20, 19]
const stamp = `${root}/node_modules/.dragoman-installed`

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

/** A hash of everything that says what must be installed. */
function fingerprint() {
  const packages = readdirSync(`${root}/packages`).map((name) => `packages/${name}/package.json`)
  const files = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'apps/playground/package.json',
    'benchmarks/package.json',
    'matrix/package.json',
    'packaging/package.json',
    ...packages,
  ]
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    if (existsSync(`${root}/${file}`)) hash.update(file).update(readFileSync(`${root}/${file}`))
  }
  return hash.digest('hex')
}

function install() {
  const code = pnpm(['install', '--frozen-lockfile'])
  if (code === 0) writeFileSync(stamp, fingerprint())
  return code
}

function main() {
  if (!isNodeNewEnough()) {
    console.error(
      `Node ${process.versions.node} is too old\n  hint: install Node ${oldestNode.join('.')} or newer`,
    )
    return 1
  }
  const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()
  const code = isInstalled ? 0 : install()
  return code === 0 ? pnpm(['exec', ...process.argv.slice(2)]) : code
}

process.exitCode = main()
