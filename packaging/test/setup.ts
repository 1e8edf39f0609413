import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createProject } from '../src/project.ts'
import { packAll, type Tarball } from '../src/tarballs.ts'
import { engineVersions, publicPackages } from '../src/workspace.ts'

declare module 'vitest' {
  interface ProvidedContext {
    tarballs: readonly Tarball[]
    /** A project with every package, and no engine. */
    plain: string
    /** A project with every package and every engine. */
    full: string
  }
}

/** Packs and installs once, for all tests. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-packaging-'))
  try {
    const tarballs = await packAll(join(folder, 'tarballs'))
    const packages = publicPackages().map(({ manifest }) => manifest.name)
    const types = { '@types/node': '^20.19.0' }
    provide('tarballs', tarballs)
    provide('plain', await createProject(join(folder, 'plain'), tarballs, { packages, others: types }))
    const others = { ...types, ...engineVersions() }
    provide('full', await createProject(join(folder, 'full'), tarballs, { packages, others }))
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return () => rmSync(folder, { recursive: true, force: true })
}
