import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { node, output } from './command.ts'
import { type Manifest, publicPackages, root } from './workspace.ts'

/** A packed package. */
export interface Tarball {
  readonly name: string
  /** The .tgz. */
  readonly path: string
  readonly bytes: number
  /** The folder that it was unpacked to. */
  readonly content: string
}

/** Packs every public package as pnpm publishes it, and unpacks it for a look. */
export async function packAll(folder: string): Promise<Tarball[]> {
  mkdirSync(folder, { recursive: true })
  const filters = publicPackages().flatMap(({ manifest }) => ['--filter', manifest.name])
  await node([join(root, 'scripts/pnpm.mjs'), '-r', ...filters, 'pack', '--pack-destination', folder], {
    cwd: root,
  })
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  return Promise.all(files.sort().map((file) => unpack(folder, file)))
}

async function unpack(folder: string, file: string): Promise<Tarball> {
  const target = join(folder, file.replace(/\.tgz$/, ''))
  mkdirSync(target)
  await output('tar', ['-xzf', file, '-C', target], { cwd: folder })
  const content = join(target, 'package')
  const path = join(folder, file)
  return { name: manifestOf(content).name, path, bytes: statSync(path).size, content }
}

/** The package.json of an unpacked package. */
export function manifestOf(content: string): Manifest {
  return JSON.parse(readFileSync(join(content, 'package.json'), 'utf8'))
}

/** Every file of an unpacked package, by its path in it. */
export function filesOf(content: string): string[] {
  return readdirSync(content, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(content.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
