import { transformerSizes } from './workloads.ts'

/** What a contestant returned in each run: the loss of a step, or the ids of a decoding. */
export interface Outcome {
  readonly peer: string
  readonly results: readonly (readonly number[])[]
}

/**
 * Checks that all computed the same: a benchmark of something else is worth nothing. All but PyTorch start with the same
 * weights, so their first losses agree to 0.1 %, and nine of ten of the tokens that they write; PyTorch's losses, from
 * weights of the same scale, to 5 %. Every loss must fall.
 *
 * @returns for each contestant what it got, to be shown.
 * @throws Error saying who differs.
 */
export function checkAgreement(
  outcomes: readonly Outcome[],
  isTraining: boolean,
): Readonly<Record<string, string | number>>[] {
  const reference = outcomes.find(({ peer }) => peer !== 'pytorch') ?? outcomes[0]!
  return outcomes.map((outcome) =>
    isTraining ? checkLosses(outcome, reference) : checkTokens(outcome, reference),
  )
}

/** How many of the first losses are compared. */
const compared = 3

function checkLosses({ peer, results }: Outcome, reference: Outcome): Record<string, string | number> {
  const losses = results.map(([loss]) => loss!)
  const tolerance = peer === 'pytorch' ? 0.05 : 1e-3
  const differences = losses
    .slice(0, compared)
    .map((loss, i) => Math.abs(loss - reference.results[i]![0]!) / reference.results[i]![0]!)
  const difference = Math.max(...differences)
  const seen = losses.slice(0, compared).map((loss) => loss.toFixed(4))
  if (!(difference <= tolerance))
    throw new Error(`${peer}: losses ${seen.join(', ')} are not those of ${reference.peer}`)
  const [first, last] = [losses[0]!, losses.at(-1)!]
  if (!(last < first)) throw new Error(`${peer}: the loss did not fall: ${first} to ${last}`)
  return { firstLoss: first, lastLoss: last, lossDifference: Number(difference.toPrecision(2)) }
}

function checkTokens({ peer, results }: Outcome, reference: Outcome): Record<string, string | number> {
  // PyTorch has weights of its own.
  if (peer === 'pytorch') return {}
  const theirs = written(reference.results[0]!)
  const ours = written(results[0]!)
  const same = ours.filter((id, i) => id === theirs[i]).length
  if (ours.length !== theirs.length || same < 0.9 * theirs.length)
    throw new Error(`${peer}: ${same} of ${ours.length} tokens are those of ${reference.peer}`)
  return { sameTokens: `${same}/${theirs.length}` }
}

/** The ids without the last of each row, where this library may write the end. */
function written(ids: readonly number[]): number[] {
  const { steps } = transformerSizes
  return ids.filter((_, i) => i % steps < steps - 1)
}
