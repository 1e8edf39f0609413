/** What a contestant returned in each run: the loss of a step, the ids of a decoding, or a sample of a product. */
export interface Outcome {
  readonly id: string
  /** Whether its weights are its own, so that only the size of its losses can be compared. */
  readonly isApart: boolean
  readonly results: readonly (readonly number[])[]
}

/** What a workload's results are. */
export type OutcomeKind = 'losses' | 'tokens' | 'products'

/** What one got, to be shown, or why it is not the same as the others. */
export interface Verdict {
  readonly id: string
  readonly seen: string
  readonly problem?: string
}

/**
 * Checks that all computed the same: a benchmark of something else is worth nothing. Those who start with the same
 * weights agree in their first losses to 0.1 %, in nine of ten of the tokens that they write, and in products to 10⁻³;
 * one with weights of its own (PyTorch) in losses to 5 %. Every loss must fall.
 *
 * @param steps tokens that are written of each source; the last may be the end, and is not compared.
 */
export function checkAgreement(
  outcomes: readonly Outcome[],
  kind: OutcomeKind,
  { steps }: { readonly steps: number },
): Verdict[] {
  const reference = outcomes.find(({ isApart }) => !isApart) ?? outcomes[0]
  if (!reference) return []
  return outcomes.map((outcome) => {
    if (kind === 'losses') return checkLosses(outcome, reference)
    if (outcome.isApart) return { id: outcome.id, seen: '' }
    return kind === 'tokens' ? checkTokens(outcome, reference, steps) : checkProducts(outcome, reference)
  })
}

/** How many of the first losses are compared. */
const compared = 3

function checkLosses({ id, isApart, results }: Outcome, reference: Outcome): Verdict {
  const losses = results.map(([loss]) => loss!)
  const expected = reference.results.map(([loss]) => loss!)
  const [first, last] = [losses[0]!, losses.at(-1)!]
  const seen = `loss ${first.toFixed(3)} → ${last.toFixed(3)}`
  const difference = Math.max(
    ...losses.slice(0, compared).map((loss, i) => Math.abs(loss - expected[i]!) / expected[i]!),
  )
  if (!(difference <= (isApart ? 0.05 : 1e-3)))
    return {
      id,
      seen,
      problem: `its losses differ by ${difference.toPrecision(2)} from those of ${reference.id}`,
    }
  return last < first ? { id, seen } : { id, seen, problem: 'its loss did not fall' }
}

function checkTokens({ id, results }: Outcome, reference: Outcome, steps: number): Verdict {
  const written = (ids: readonly number[]) => ids.filter((_, i) => i % steps < steps - 1)
  const [theirs, own] = [written(reference.results[0]!), written(results[0]!)]
  const same = own.filter((token, i) => token === theirs[i]).length
  const seen = `${same} of ${theirs.length} tokens`
  if (own.length === theirs.length && same >= 0.9 * theirs.length) return { id, seen }
  return { id, seen, problem: `only ${same} of ${theirs.length} tokens are those of ${reference.id}` }
}

function checkProducts({ id, results }: Outcome, reference: Outcome): Verdict {
  const [theirs, own] = [reference.results[0]!, results[0]!]
  const scale = Math.max(...theirs.map(Math.abs))
  const difference = Math.max(...theirs.map((x, i) => Math.abs(x - own[i]!))) / scale
  const seen = `Δ ${difference.toPrecision(1)}`
  return difference <= 1e-3
    ? { id, seen }
    : { id, seen, problem: `its product is not that of ${reference.id}` }
}
