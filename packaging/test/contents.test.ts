import { readFileSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { filesOf, manifestOf } from '../src/tarballs.ts'
import { engineVersions, publicPackages, root, workspacePackages } from '../src/workspace.ts'

const tarballs = inject('tarballs')
const engines = Object.keys(engineVersions())

test('every public package is packed, and no private one', () => {
  const names = publicPackages().map(({ manifest }) => manifest.name)
  expect(tarballs.map(({ name }) => name).sort()).toEqual(names.sort())
  const hidden = workspacePackages().filter(({ manifest }) => manifest.private)
  expect(hidden.map(({ manifest }) => manifest.name)).toContain('@dragoman/packaging')
})

describe.each(tarballs)('$name', ({ content, bytes }) => {
  const files = filesOf(content)
  const manifest = manifestOf(content)

  test('has its licence and a README', () => {
    expect(files).toContain('LICENSE')
    expect(readFileSync(join(content, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
    expect(readFileSync(join(content, 'README.md'), 'utf8')).toContain(`# ${manifest.name}`)
  })

  test('has what was built, and nothing that only its authors need', () => {
    const allowed =
      /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|bin\/[\w-]+\.mjs|dist\/.+\.(js|d\.ts|js\.map))$/
    expect(files.filter((file) => !allowed.test(file))).toEqual([])
    expect(
      files.filter((file) => /(^|\/)(tests?|goldens?|fixtures?|mocks?)\/|\.(test|spec)\./.test(file)),
    ).toEqual([])
  })

  test('knows no path of the machine that built it', () => {
    const places = [root.slice(0, -1), homedir(), tmpdir()].map((place) => `${place}/`)
    const telling = files.filter((file) => {
      const text = readFileSync(join(content, file), 'utf8')
      return places.some((place) => text.includes(place))
    })
    expect(telling).toEqual([])
  })

  test('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts ?? {})
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
    expect(files).not.toContain('binding.gyp')
  })

  test('asks for packages that a registry has: no workspace, no catalog, no file', () => {
    const ranges = { ...manifest.dependencies, ...manifest.peerDependencies }
    const wrong = Object.entries(ranges).filter(([, range]) => !/^[\^>=<\d. ]+$/.test(range))
    expect(wrong).toEqual([])
  })

  test('brings no engine: it is an optional peer', () => {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
    expect(engines.filter((name) => name in dependencies)).toEqual([])
    const peers = engines.filter((name) => name in peerDependencies)
    expect(peers.filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual([])
  })

  test('has entries that are there', () => {
    const { exports, bin = {} } = manifest
    const targets = [...Object.values(exports), ...Object.values(bin)].flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    expect(targets.length).toBeGreaterThan(1)
    expect(targets.filter((target) => !files.includes(target.slice(2)))).toEqual([])
  })

  test('says in its listing what it is', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19.0' },
      publishConfig: { access: 'public' },
      description: expect.stringMatching(/.{20}/),
      keywords: expect.arrayContaining(['seq2seq']),
    })
    // Shown by the reporter: how much a stranger fetches, and unpacks.
    const unpacked = files.reduce((sum, file) => sum + statSync(join(content, file)).size, 0)
    console.log(
      `${manifest.name}: ${(bytes / 1e3).toFixed(0)} kB packed, ${(unpacked / 1e3).toFixed(0)} kB unpacked`,
    )
    expect(bytes).toBeLessThan(5e6)
  })
})
