import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { node, output } from '../src/command.ts'
import { addProgram } from '../src/project.ts'
import { engineVersions, publicPackages } from '../src/workspace.ts'

const plain = inject('plain')

describe('in Node, without engines', () => {
  test('no engine was installed with the packages', () => {
    const found = Object.keys(engineVersions()).filter((name) =>
      existsSync(join(plain, 'node_modules', name)),
    )
    expect(found).toEqual([])
  })

  test('each package is one copy, the packed one', async () => {
    const { dependencies } = JSON.parse(await output('npm', ['ls', '--json', '--all'], { cwd: plain }))
    const copies = new Map<string, Set<string>>()
    const visit = (of: Record<string, { resolved?: string; dependencies?: object }> = {}) => {
      for (const [name, { resolved, dependencies: next }] of Object.entries(of)) {
        if (resolved) copies.set(name, (copies.get(name) ?? new Set()).add(resolved))
        visit(next as typeof of)
      }
    }
    visit(dependencies)
    for (const { manifest } of publicPackages()) {
      expect([...copies.get(manifest.name)!], manifest.name).toEqual([
        expect.stringMatching(/^file:.*\.tgz$/),
      ])
    }
  })

  test('every entry of every package is imported', async () => {
    // Vitest is for those who use it; the command starts when it is imported.
    const entries = publicPackages().flatMap(({ manifest }) => {
      const { exports } = JSON.parse(
        readFileSync(join(plain, 'node_modules', manifest.name, 'package.json'), 'utf8'),
      )
      return Object.keys(exports)
        .filter((entry) => !['./package.json', './vitest'].includes(entry))
        .map((entry) => manifest.name + entry.slice(1))
    })
    const names = entries.map(
      (entry) => `[${JSON.stringify(entry)}, Object.keys(await import('${entry}')).length]`,
    )
    writeFileSync(join(plain, 'entries.mjs'), `process.stdout.write(JSON.stringify([${names.join(', ')}]))`)
    const counts: [string, number][] = JSON.parse(await node(['entries.mjs'], { cwd: plain }))
    expect(counts.map(([entry]) => entry)).toContain('@dragoman/core/backend')
    expect(counts.filter(([, count]) => count === 0)).toEqual([])
  })

  test('a tiny model is trained, and says what it has learned', async () => {
    addProgram(plain, 'train.mjs')
    const { losses, answers, live } = JSON.parse(await node(['train.mjs', 'cpu'], { cwd: plain }))
    expect(answers).toEqual(['cat', 'fox', 'bird', 'mouse', 'bat', 'pin', 'top', 'ram'])
    expect(losses.at(-1)).toBeLessThan(losses[0] / 10)
    expect(live).toBe(0)
  })

  test('the example of the README of core does what it shows', async () => {
    const readme = readFileSync(join(plain, 'node_modules/@dragoman/core/README.md'), 'utf8')
    writeFileSync(join(plain, 'readme.mjs'), /```ts\n([\s\S]+?)```/.exec(readme)![1]!)
    expect((await node(['readme.mjs'], { cwd: plain })).trimEnd().split('\n').at(-1)).toBe('cat')
  })

  test('the command says how an engine that is missing is installed', async () => {
    const no = (reason: string) => ({ available: false, reason })
    expect(await backendsSeenFrom(plain)).toMatchObject({
      cpu: { available: true },
      tfjs: no(
        '@tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm are not installed; npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm',
      ),
      onnx: no('neither onnxruntime-node nor onnxruntime-web is installed; npm install onnxruntime-node'),
      'onnx-node': no('onnxruntime-node is not installed; npm install onnxruntime-node'),
      'onnx-web': no('onnxruntime-web is not installed; npm install onnxruntime-web'),
    })
  })

  test('the command finds the engines of the project that it is called in, wherever it is itself', async () => {
    const found = await backendsSeenFrom(inject('full'))
    const available = Object.entries(found).filter(([, backend]) => backend.available)
    expect(available.map(([name]) => name)).toEqual([
      'cpu',
      'tfjs',
      'onnx',
      'onnx-node',
      'onnx-web',
      'reference',
    ])
  })
})

/** What `dragoman backends` prints when it is called in a folder; the command is that of the plain project. */
async function backendsSeenFrom(cwd: string): Promise<Record<string, { available: boolean }>> {
  const command = join(plain, 'node_modules/.bin/dragoman')
  const lines = (await output(command, ['backends', '--json'], { cwd })).trimEnd().split('\n')
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ name, ...rest }) => [name, rest]))
}
