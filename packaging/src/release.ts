import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { node, output } from './command.ts'
import type { LocalRegistry } from './registry.ts'
import { publicPackages, root, workspacePackages } from './workspace.ts'

/**
 * A copy of all that a release needs: manifests, changesets, and of public packages what is published. The working
 * tree stays as it is.
 */
export function copyWorkspace(folder: string): string {
  for (const name of ['package.json', 'pnpm-workspace.yaml', 'LICENSE', 'scripts', '.changeset']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  // The tools of the release are those that are installed here.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const { folder: from } of workspacePackages()) {
    const to = join(folder, relative(root, from))
    cpSync(join(from, 'package.json'), join(to, 'package.json'))
  }
  for (const { folder: from, manifest } of publicPackages()) {
    const to = join(folder, relative(root, from))
    for (const name of ['README.md', 'CHANGELOG.md', ...manifest.files]) {
      if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true })
    }
    linkOwnDependencies(from, to, folder)
  }
  return folder
}

/** pnpm asks the linked packages for their versions when it replaces `workspace:^`. */
function linkOwnDependencies(from: string, to: string, folder: string): void {
  const scope = join(from, 'node_modules/@dragoman')
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const link = join(to, 'node_modules/@dragoman', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(folder, 'packages', name), link, 'junction')
  }
}

/** Gives the packages the versions that their changesets ask for. */
export async function setVersions(folder: string): Promise<void> {
  const git = (...args: string[]) =>
    output('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder })
  // The changelog names the commits of the changesets.
  await git('init', '--quiet')
  await git('add', '.changeset')
  await git('commit', '--quiet', '--no-gpg-sign', '--message', 'Changesets')
  await changeset(folder, 'version')
}

/** Publishes what the registry does not have yet. */
export async function publish(folder: string, { npmrc }: LocalRegistry): Promise<string> {
  cpSync(npmrc, join(folder, '.npmrc'))
  return changeset(folder, 'publish', '--no-git-tag')
}

function changeset(folder: string, ...args: readonly string[]): Promise<string> {
  return node([join(folder, 'scripts/pnpm.mjs'), 'exec', 'changeset', ...args], { cwd: folder })
}
