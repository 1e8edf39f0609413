import { DataError } from '../errors.ts'

/** Checks what every metric needs: some hypotheses, and one reference or more for each. */
export function checkReferences(
  metric: string,
  hypotheses: readonly unknown[],
  references: readonly (readonly unknown[])[],
): void {
  if (hypotheses.length !== references.length) {
    throw new DataError({
      problem: `${metric}: ${hypotheses.length} hypotheses, but references for ${references.length}`,
    })
  }
  if (hypotheses.length === 0) throw new DataError({ problem: `${metric}: no hypotheses` })
  const without = references.findIndex((group) => group.length === 0)
  if (without >= 0) throw new DataError({ problem: `${metric}: hypothesis ${without} has no reference` })
}
