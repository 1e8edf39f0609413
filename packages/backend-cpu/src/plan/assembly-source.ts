import { elementwiseOps } from './elementwise-ops.ts'
import {
  errorCodes,
  gemmBlocks,
  headerWords,
  instructions,
  leafModes,
  matmulFlags,
  reduceKinds,
  teamWords,
  tileBytes,
  tileElements,
} from './encoding.ts'

const upper = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase()

const constant = (name: string, value: number): string => `@inline export const ${name}: i32 = ${value}\n`

const group = (prefix: string, values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => constant(`${prefix}_${upper(name)}`, value))
    .join('')

/**
 * Source text of `assembly/opcodes.ts`: every number of the encoding as an AssemblyScript constant. `NAME` is an
 * opcode, `NAME_ARGUMENT` the byte offset of an argument from the start of its instruction, `NAME_TAIL` that of
 * the words after the arguments. A test keeps the file equal to this; `vitest run -u` writes it anew.
 */
export function opcodesSource(): string {
  let text =
    '// Written from src/plan/encoding.ts by src/plan/assembly-source.ts (vitest run -u). Do not edit.\n'
  for (const [name, { code, args }] of Object.entries(instructions)) {
    text += constant(upper(name), code)
    const offsets = Object.keys(args).map((arg, i) => [arg, (i + 2) * 4] as const)
    text += group(upper(name), Object.fromEntries(offsets))
    text += constant(`${upper(name)}_TAIL`, headerWords(name as keyof typeof instructions) * 4)
  }
  const ops = Object.entries(elementwiseOps).map(([name, { code }]) => [name, code] as const)
  text += group('OP', Object.fromEntries(ops))
  text += group('LEAF', leafModes)
  text += group('MATMUL_FLAG', matmulFlags)
  text += group('REDUCE', reduceKinds)
  text += group('ERROR', errorCodes)
  text += group('GEMM', gemmBlocks)
  text += group('TEAM', teamWords)
  text += group('TILE', { elements: tileElements, bytes: tileBytes })
  return text
}
