import { execFileSync } from 'node:child_process'
import { findChromium } from '@dragoman/matrix/chromium'
import type { Host } from './comparison/contestants.ts'

const relaxedFlag = '--experimental-wasm-relaxed-simd'

/** What contestants run with: Node 20 has relaxed SIMD behind a flag of V8, which later ones do not know. */
export function hostOf(node: string): Host {
  const python = process.env.DRAGOMAN_PYTHON || undefined
  return { node, nodeFlags: needsFlag(node) ? [relaxedFlag] : [], python, chromium: findChromium() }
}

/** The version of a Node, without the v. */
export function versionOfNode(node: string): string {
  return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()
}

function needsFlag(node: string): boolean {
  // V8 12, of Node 22, ships it.
  return Number(versionOfNode(node).split('.')[0]) < 22
}
