import type { OpName } from '@dragoman/core'
import type { ConformanceCase, Tolerances } from '../case.ts'
import { type CaseContext, conformanceCase } from '../case.ts'
import { Generator } from '../generator.ts'
import type { Level } from '../level.ts'

/** What the random part of every law is drawn from, with the law's own name. */
const seed = 20_260

/**
 * Two ways to compute the same thing differ by the order of sums alone: some hundred roundings, of the
 * largest element, as sums cancel.
 */
export const lawTolerances: Tolerances = {
  float64: { relative: 1e-12, of: 'largest', absolute: 1e-14 },
  float32: { relative: 1e-5, of: 'largest', absolute: 1e-6 },
}

/** A law on something drawn from its seed; a failure names the seed. */
export function law(
  name: string,
  body: (context: CaseContext, draw: Generator) => Promise<void>,
  { level = 'laws', ops = [] }: { readonly level?: Level; readonly ops?: readonly OpName[] } = {},
): ConformanceCase {
  return conformanceCase(level, name, (context) => body(context, new Generator(seed, name)), { ops, seed })
}
