import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, createLogger } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node } from '../src/command.ts'
import { createProject } from '../src/project.ts'
import { packAll } from '../src/tarballs.ts'
import { engineVersions } from '../src/workspace.ts'

const folder = mkdtempSync(join(tmpdir(), 'dragoman-vite-'))
const project = join(folder, 'project')
const programs = fileURLToPath(new URL('../programs/page', import.meta.url))

beforeAll(async () => {
  const packages = ['core', 'backend-cpu', 'backend-tfjs', 'backend-onnx'].map((name) => `@dragoman/${name}`)
  await createProject(project, await packAll(join(folder, 'tarballs')), {
    packages,
    others: engineVersions(),
  })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a build made, and what Vite had to say. */
interface Built {
  readonly folder: string
  readonly scripts: readonly string[]
  readonly warnings: readonly string[]
}

/** Builds a page that trains on a backend. */
async function buildPage(backend: string): Promise<Built> {
  const root = join(project, backend)
  cpSync(programs, root, { recursive: true })
  cpSync(join(programs, `${backend}.js`), join(root, 'main.js'))
  const warnings: string[] = []
  const customLogger = { ...createLogger('silent'), warn: (message: string) => void warnings.push(message) }
  await build({
    root,
    configFile: false,
    customLogger,
    build: { target: 'esnext', modulePreload: false, chunkSizeWarningLimit: 4_000 },
  })
  const assets = join(root, 'dist/assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  const kilobytes = scripts.map(
    (name) => `${name} ${(statSync(join(assets, name)).size / 1e3).toFixed(0)} kB`,
  )
  console.log(`${backend}: ${kilobytes.join(', ')}`)
  return { folder: assets, scripts, warnings }
}

describe('a page, built with Vite', () => {
  test('cpu: no warnings, and it trains', async () => {
    const { folder: assets, scripts, warnings } = await buildPage('cpu')
    expect(warnings).toEqual([])
    const entry = scripts.find((name) => name.startsWith('index-'))
    // It needs nothing of a page, so that Node can try it: only the language and WebAssembly.
    const program = `await import('./${entry}'); process.stdout.write(answers.join())`
    const said = await node(['--input-type=module', '--eval', program], { cwd: assets })
    expect(said).toBe('cat,fox,bird,mouse')
  })

  test.each(['tfjs', 'onnx'])('%s: no warning is about a package of ours', async (backend) => {
    const { folder: assets, scripts, warnings } = await buildPage(backend)
    expect(warnings.filter((warning) => warning.includes('@dragoman'))).toEqual([])
    expect(scripts.length).toBeGreaterThan(0)
    expect(readdirSync(assets).some((name) => name.endsWith('.wasm'))).toBe(true)
  })
})
