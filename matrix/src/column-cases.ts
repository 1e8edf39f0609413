import type { ConformanceCase, Level } from '@dragoman/conformance'
import type { Column } from './columns.ts'

/** Levels whose cases run one kind of model after another through whole models. */
const manyModels: ReadonlySet<Level> = new Set(['laws', 'decoding'])

/** A slow column runs one in so many of their cases; the number of kinds is no multiple of it. */
const share = 5

/**
 * What a column runs: the whole suite, or, where the GPU is software, everything but a fifth alone of the laws and
 * of decoding. `thorough` gives every column everything.
 */
export function casesOf(
  column: Column,
  suite: readonly ConformanceCase[],
  { thorough = false }: { readonly thorough?: boolean | undefined } = {},
): readonly ConformanceCase[] {
  if (thorough || column.place === 'node' || !column.onAdapter) return suite
  let count = 0
  return suite.filter(({ level }) => !manyModels.has(level) || count++ % share === 0)
}
