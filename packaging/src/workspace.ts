import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** The part of a package.json that is looked at here. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface WorkspacePackage {
  readonly folder: string
  readonly manifest: Manifest
}

/** All packages of the workspace, the root apart. */
export function workspacePackages(): WorkspacePackage[] {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const patterns = workspace
    .slice(workspace.indexOf('packages:'))
    .split('\n')
    .slice(1)
    .map((line) => /^ +- (.+)$/.exec(line)?.[1])
  const end = patterns.indexOf(undefined)
  return patterns.slice(0, end).flatMap((pattern) => foldersOf(pattern!).flatMap(readPackage))
}

function foldersOf(pattern: string): string[] {
  if (!pattern.endsWith('/*')) return [join(root, pattern)]
  const parent = join(root, pattern.slice(0, -2))
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : []
}

function readPackage(folder: string): WorkspacePackage[] {
  const path = join(folder, 'package.json')
  return existsSync(path) ? [{ folder, manifest: JSON.parse(readFileSync(path, 'utf8')) }] : []
}

/** Those that are published. */
export function publicPackages(): WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => !manifest.private)
}

/** The engines that the command may find beside it, at the versions that it is tested with. */
export function engineVersions(): Record<string, string> {
  const { manifest } = publicPackages().find((each) => each.manifest.name === '@dragoman/cli')!
  const names = Object.keys(manifest.peerDependencies ?? {})
  return Object.fromEntries(names.map((name) => [name, manifest.devDependencies?.[name] ?? 'missing']))
}
