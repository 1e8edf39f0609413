import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import type { Host } from './comparison/contestants.ts'
import { versionOfNode } from './host.ts'

/** Where a benchmark ran. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly system: string
}

/** This machine. */
export function readMachine(): Machine {
  const all = cpus()
  return {
    processor: processorName() ?? all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${process.arch}`,
  }
}

/** Virtual machines give it no name, but a family: 25 is AMD's Zen 3 or 4, 26 its Zen 5. */
function processorName(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const text = readFileSync('/proc/cpuinfo', 'utf8')
  const of = (field: string) => new RegExp(`^${field}\\s*: (.*)$`, 'm').exec(text)?.[1]
  const name = of('model name')
  if (name === undefined) return undefined
  const vectors = ['avx512f', 'avx2'].filter((flag) => new RegExp(`^flags.* ${flag}\\b`, 'm').test(text))
  return `${name}, family ${of('cpu family')} model ${of('model')}${vectors.length > 0 ? `, ${vectors.join(' ')}` : ''}`
}

/** Versions of Node, of the engines that package.json names, and of what Python has. */
export function readVersions({ node, python, chromium }: Host): Record<string, string> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
  const engines = Object.entries(dependencies).filter(([name]) =>
    /^(@tensorflow|onnxruntime|@jax-js)/.test(name),
  )
  return {
    Node: versionOfNode(node),
    ...Object.fromEntries(engines),
    ...(chromium === undefined ? {} : { Chromium: versionOfChromium(chromium) }),
    ...(python === undefined ? {} : { PyTorch: versionOfPytorch(python) }),
  }
}

function versionOfChromium(chromium: string): string {
  const text = execFileSync(chromium, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? text.trim()
}

function versionOfPytorch(python: string): string {
  return execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' }).trim()
}
