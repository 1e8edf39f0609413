import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node, output, run } from '../src/command.ts'
import { addProgram, npmInstall, npmUninstall, writeManifest } from '../src/project.ts'
import { type LocalRegistry, startRegistry } from '../src/registry.ts'
import { copyWorkspace, publish, setVersions } from '../src/release.ts'
import { engineVersions, type Manifest, publicPackages, root, workspacePackages } from '../src/workspace.ts'

/** What is looked at of a package's page in a registry. */
interface Listing {
  readonly 'dist-tags'?: { readonly latest: string }
  readonly versions?: Readonly<Record<string, Manifest>>
}

interface Lock {
  readonly packages: Readonly<Record<string, unknown>>
}

/** What programs/train.mjs prints. */
interface Trained {
  readonly losses: readonly number[]
  readonly answers: readonly string[]
  readonly live: number
}

/** What is looked at of the JSON of `dragoman compare`. */
interface Compared {
  readonly backends: readonly {
    readonly name: string
    readonly identical?: number
    readonly largestLogitDifference?: number
  }[]
}

const folder = mkdtempSync(join(tmpdir(), 'dragoman-registry-'))
const workspace = join(folder, 'workspace')
const project = join(folder, 'project')
const names = publicPackages().map(({ manifest }) => manifest.name)
let registry: LocalRegistry

const manifestIn = (place: string): Manifest => JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))

beforeAll(async () => {
  copyWorkspace(workspace)
  registry = await startRegistry(folder)
})

afterAll(async () => {
  await registry.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a release', () => {
  test('gives every package the same version, and private ones none', async () => {
    await setVersions(workspace)
    const versions = workspacePackages().map(({ folder: from, manifest }) => {
      const { version } = manifestIn(join(workspace, from.slice(root.length)))
      return { name: manifest.name, isPrivate: manifest.private ?? false, before: manifest.version, version }
    })
    const open = versions.filter(({ isPrivate }) => !isPrivate)
    expect(new Set(open.map(({ version }) => version)).size).toBe(1)
    expect(open.filter(({ version, before }) => version === before)).toEqual([])
    const hidden = versions.filter(({ isPrivate }) => isPrivate)
    expect(hidden.filter(({ version, before }) => version !== before)).toEqual([])
    // All changesets are used up.
    expect(readdirSync(join(workspace, '.changeset')).sort()).toEqual(['README.md', 'config.json'])
  })

  test('reaches the registry, package by package', async () => {
    expect(await publish(workspace, registry)).toContain('packages published successfully')
    const { version } = manifestIn(join(workspace, 'packages/core'))
    for (const name of names) {
      const response = await fetch(registry.url + name.replace('/', '%2f'))
      const listing = (await response.json()) as Listing
      expect([name, listing['dist-tags']?.latest]).toEqual([name, version])
      const { dependencies = {} } = listing.versions![version]!
      const own = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith('@dragoman/'))
      expect(own.filter(([, range]) => range !== `^${version}`)).toEqual([])
    }
  })

  test('is published once: again there is nothing to do', async () => {
    expect(await publish(workspace, registry)).not.toContain('published')
  })
})

describe('an empty project', () => {
  const backends = ['cpu', 'tfjs', 'onnx-node', 'onnx-web'] as const
  const answers = ['cat', 'fox', 'bird', 'mouse', 'bat', 'pin', 'top', 'ram']
  const words = answers.map((answer) => Array.from(answer).reverse().join(''))
  // The first of them.
  let onCpu: Trained | undefined
  const dragoman = (args: readonly string[], stdin = '') =>
    output(join(project, 'node_modules/.bin/dragoman'), args, { cwd: project, stdin })

  test('gets the packages from the registry, and the engines that it asks for', async () => {
    mkdirSync(project)
    writeManifest(project, {})
    copyFileSync(registry.npmrc, join(project, '.npmrc'))
    const engines = Object.entries(engineVersions()).map(([name, version]) => `${name}@${version}`)
    await npmInstall(project, ...names, ...engines)
    const { version } = manifestIn(join(workspace, 'packages/core'))
    const installed = names.map((name) => manifestIn(join(project, 'node_modules', name)))
    expect(installed.map((manifest) => manifest.version)).toEqual(names.map(() => version))
    const lock: Lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
    // One copy of each, and of each engine.
    const places = Object.keys(lock.packages).map((place) => place.split('node_modules/').at(-1)!)
    for (const name of [...names, ...Object.keys(engineVersions())]) {
      expect(places.filter((place) => place === name)).toEqual([name])
    }
  })

  test('finds every backend', async () => {
    const lines = (await dragoman(['backends', '--json'])).trimEnd().split('\n')
    const found = lines.map(
      (line) => JSON.parse(line) as { name: string; available: boolean; reason?: string },
    )
    expect(found.filter(({ available }) => !available)).toEqual([])
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining([...backends]))
  })

  describe.each(backends)('%s', (backend) => {
    test('trains through the API as the CPU does', async () => {
      addProgram(project, 'train.mjs')
      const trained: Trained = JSON.parse(await node(['train.mjs', backend], { cwd: project }))
      onCpu ??= trained
      expect(trained.answers).toEqual(answers)
      expect(trained.live).toBe(0)
      expect(trained.losses.length).toBe(onCpu.losses.length)
      for (const [i, loss] of trained.losses.slice(0, 20).entries()) {
        // The drift that training in float32 may have over 20 steps.
        expect(Math.abs(loss - onCpu.losses[i]!)).toBeLessThanOrEqual(1e-3 * onCpu.losses[i]!)
      }
    })

    test('trains through the command, and answers', async () => {
      writeFileSync(join(project, 'pairs.tsv'), words.map((word, i) => `${word}\t${answers[i]}\n`).join(''))
      const layer = { type: 'rnn', cell: 'gru', embeddingSize: 16, hiddenSize: 32 }
      const decoder = { ...layer, attention: { score: 'general' }, output: { from: ['state', 'context'] } }
      const model = { version: 1, encoder: layer, decoder }
      const training = { epochs: 200, batch: { size: 8 }, checkpoint: { everySteps: 1000 } }
      writeFileSync(join(project, 'config.json'), JSON.stringify({ version: 1, model, training }))
      const options = ['--config', 'config.json', '--valid', 'none', '--backend', backend]
      await dragoman(['train', 'pairs.tsv', '--out', `model-${backend}`, ...options])
      const said = await dragoman(['generate', `model-${backend}`, '--backend', backend], words.join('\n'))
      expect(said).toBe(answers.map((answer) => `${answer}\n`).join(''))
    })
  })

  test('compares them: the same outputs everywhere', async () => {
    const said = await dragoman(['compare', 'model-cpu', '--json'], words.join('\n'))
    const compared = (JSON.parse(said) as Compared).backends
    expect(compared.map(({ name }) => name)).toEqual([...backends])
    for (const { name, identical, largestLogitDifference } of compared) {
      expect([name, identical]).toEqual([name, words.length])
      expect(largestLogitDifference).toBeLessThan(1e-4)
    }
  })

  test('runs onnx on what is installed: without onnxruntime-node on onnxruntime-web', async () => {
    const said = await dragoman(['generate', 'model-cpu', '--backend', 'onnx'], words.join('\n'))
    await npmUninstall(project, 'onnxruntime-node')
    expect(await dragoman(['generate', 'model-cpu', '--backend', 'onnx'], words.join('\n'))).toBe(said)
    const { code, stderr } = await run(
      join(project, 'node_modules/.bin/dragoman'),
      ['generate', 'model-cpu', '--backend', 'onnx-node'],
      { cwd: project },
    )
    expect(code).toBe(1)
    expect(stderr).toBe(
      'dragoman: onnx-node: onnxruntime-node is not installed\n  hint: npm install onnxruntime-node\n',
    )
  })
})
