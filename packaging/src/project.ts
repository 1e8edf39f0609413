import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output } from './command.ts'
import type { Tarball } from './tarballs.ts'

/** What a stranger's project asks for. */
export interface ProjectOptions {
  /** Packages of this repository. */
  readonly packages: readonly string[]
  /** Packages of others, with versions. */
  readonly others?: Readonly<Record<string, string>>
}

/** Makes an empty project, and installs packages from their tarballs with npm, those that they need from others too. */
export async function createProject(
  folder: string,
  tarballs: readonly Tarball[],
  { packages, others = {} }: ProjectOptions,
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const files = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]))
  const own = Object.fromEntries(packages.map((name) => [name, files[name]]))
  writeManifest(folder, { dependencies: { ...own, ...others }, overrides: files })
  await npmInstall(folder)
  return folder
}

/** Writes the package.json of an empty project. */
export function writeManifest(folder: string, more: object): void {
  const manifest = { name: 'stranger', version: '1.0.0', private: true, type: 'module', ...more }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2))
}

/** `npm install`, as a stranger types it; scripts run, but none may fetch what it is not asked for. */
export function npmInstall(folder: string, ...args: readonly string[]): Promise<string> {
  return npm(folder, 'install', '--prefer-offline', ...args)
}

/** `npm uninstall`. */
export function npmUninstall(folder: string, ...args: readonly string[]): Promise<string> {
  return npm(folder, 'uninstall', ...args)
}

function npm(folder: string, command: string, ...args: readonly string[]): Promise<string> {
  // Without it onnxruntime-node looks for a GPU, and fetches 300 MB of CUDA libraries where there is one.
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip' }
  return output('npm', [command, '--no-audit', '--no-fund', '--loglevel', 'error', ...args], {
    cwd: folder,
    env,
  })
}

/** Copies one of the programs that a stranger might write into a project. */
export function addProgram(folder: string, name: string, as: string = name): string {
  const path = join(folder, as)
  copyFileSync(fileURLToPath(new URL(`../programs/${name}`, import.meta.url)), path)
  return path
}
