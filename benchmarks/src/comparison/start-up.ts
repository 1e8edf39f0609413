import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpu } from '@dragoman/backend-cpu'
import { type FileStore, saveModel } from '@dragoman/core'
import { median } from '../measure.ts'
import { writeGraphs } from '../peers/onnx/graphs.ts'
import type { Finish } from '../start-up/finish.ts'
import { decodingModel, decodingSourceIds, decodingSources } from '../workloads/decoding.ts'
import type { Command } from './child.ts'
import { resultOf } from './compare.ts'
import type { Contestant, Host } from './contestants.ts'
import type { Failure, Outcomes, Result } from './result.ts'

/** A Node that does nothing, beside which every start-up is seen. */
export const emptyNode = 'empty-node'

/** One whole process: how long it took, and what it said. */
interface Whole {
  readonly milliseconds: number
  readonly finish: Finish
}

/**
 * Times whole processes, from their start to their end: each loads its runtime and the weights of `DS` (34 MB) from
 * files, and writes the first token for a source of 24. All in turn in each round; the first round is left out.
 */
export async function compareStartUp(
  all: readonly Contestant[],
  host: Host,
  rounds: number,
): Promise<Outcomes> {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-start-up-'))
  try {
    await writeFiles(folder, all, host)
    const commands = new Map([
      [emptyNode, emptyCommand(host)] as const,
      ...all.flatMap((each) => entryOf(each, folder, host)),
    ])
    const answers = new Map<string, Whole[]>([...commands.keys()].map((id) => [id, []]))
    const failures: Failure[] = []
    for (let i = 0; i <= rounds; i++) {
      for (const [id, command] of commands) {
        try {
          answers.get(id)!.push(await runWhole(command))
        } catch (error) {
          failures.push({ workload: 'start-up', id, problem: `${(error as Error).message}`.slice(0, 400) })
          commands.delete(id)
          answers.delete(id)
        }
      }
    }
    return { results: [...answers].map(([id, wholes]) => startUpResult(id, wholes.slice(1))), failures }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function startUpResult(id: string, wholes: readonly Whole[]): Result {
  const rounds = wholes.map(({ milliseconds }) => ({ times: [milliseconds] }))
  return {
    ...resultOf('start-up', id, rounds),
    peakMegabytes: Math.round(median(wholes.map(({ finish }) => finish.peakMegabytes))),
  }
}

/** What the processes read: a model folder, plain weights, ONNX graphs, a state of PyTorch, and the source. */
async function writeFiles(folder: string, all: readonly Contestant[], host: Host): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const backend = await cpu({ threads: 1 })
  await saveModel(decodingModel(backend, 'DS'), storeOf(folder))
  await backend.dispose()
  const source = { text: decodingSources('DS', 1)[0], ids: [...decodingSourceIds('DS', 1)] }
  writeFileSync(join(folder, 'source.json'), JSON.stringify(source))
  writeGraphs(host.python, folder, 'DS')
  if (host.python !== undefined && all.some(({ side }) => side === 'pytorch'))
    execFileSync(host.python, [pythonScript(), folder, '--write'], { stdio: 'ignore' })
}

function storeOf(folder: string): FileStore {
  const at = (path: string) => join(folder, path)
  return {
    read: (path) => readFile(at(path)).catch(() => undefined),
    write: (path, bytes) => writeFile(at(path), bytes),
    remove: (path) => rm(at(path), { force: true }),
    list: async () => [],
  }
}

function pythonScript(): string {
  return fileURLToPath(new URL('../python/start_up.py', import.meta.url))
}

function emptyCommand({ node, nodeFlags }: Host): Command {
  return { file: node, args: [...nodeFlags, fileURLToPath(new URL('./start-up-empty.js', import.meta.url))] }
}

/** Nothing for those that do not take part: two threads have nothing to do here. */
function entryOf(contestant: Contestant, folder: string, host: Host): [string, Command][] {
  const { id, side, engine, threads, groups } = contestant
  if (threads > 1 || groups || side === 'chromium') return []
  if (side === 'pytorch') {
    // Vectors do not matter here.
    if (host.python === undefined || engine === 'avx2') return []
    return [[id, { file: host.python, args: [pythonScript(), folder] }]]
  }
  if (side === 'onnx' && host.python === undefined) return []
  const script = fileURLToPath(new URL(`./start-up-${side}.js`, import.meta.url))
  const named = engine.replace('tfjs-', '')
  const args = [...host.nodeFlags, script, side === 'tfjs' ? named : engine, folder]
  return [[id, { file: host.node, args }]]
}

function runWhole({ file, args, environment = {} }: Command): Promise<Whole> {
  return new Promise((resolve, reject) => {
    const begin = performance.now()
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    let [output, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      const milliseconds = performance.now() - begin
      const line = output.split('\n').find((each) => each.startsWith('{'))
      if (code === 0 && line) resolve({ milliseconds, finish: JSON.parse(line) as Finish })
      else reject(new Error(`it ended with ${code}: ${errors.slice(-300)}`))
    })
  })
}
