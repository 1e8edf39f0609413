import type { Hypothesis } from '@dragoman/core'
import { idAt, marginAt, type TargetLogits } from './logits.ts'

/** Where two backends first say something else for a source. */
export interface Divergence {
  /** Place of the source, from 0. */
  readonly index: number
  readonly source: string
  /** Place of the token, from 0. */
  readonly token: number
  /** What the baseline says there. */
  readonly expected: string
  /** What the other backend says. */
  readonly actual: string
  /**
   * Logit of `expected` minus that of `actual`, on the baseline: how far its choice was from the other one.
   * Absent where its logits were not kept.
   */
  readonly margin?: number
}

/** The first source whose outputs differ, and where; none where all are the same. */
export function firstDivergence(
  sources: readonly string[],
  expected: readonly Hypothesis[],
  actual: readonly Hypothesis[],
  logits: readonly TargetLogits[],
): Divergence | undefined {
  const index = sources.findIndex((_, i) => !isSameTarget(expected[i]!, actual[i]!))
  if (index < 0) return undefined
  const left = expected[index]!
  const right = actual[index]!
  const longest = Math.max(left.ids.length, right.ids.length)
  const token =
    Array.from({ length: longest }, (_, t) => t).find((t) => left.ids[t] !== right.ids[t]) ?? longest
  const table = logits[index]
  return {
    index,
    source: sources[index]!,
    token,
    expected: tokenAt(left, token),
    actual: tokenAt(right, token),
    ...(table ? { margin: marginAt(table, token, idAt(left.ids, token), idAt(right.ids, token)) } : {}),
  }
}

/** Whether two targets have the same tokens. */
export function isSameTarget(left: Hypothesis, right: Hypothesis): boolean {
  return left.ids.join() === right.ids.join()
}

function tokenAt({ tokens }: Hypothesis, at: number): string {
  return tokens[at] ?? '<eos>'
}
