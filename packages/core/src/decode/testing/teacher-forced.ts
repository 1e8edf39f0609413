import type { Seq2Seq } from '../../models/seq2seq.ts'
import type { Generated } from '../generate.ts'
import { score } from '../score.ts'

/** The log-probabilities of each hypothesis by its steps, and by teacher forcing over its text. */
export async function teacherForced(
  model: Seq2Seq,
  results: readonly Generated[],
): Promise<{ steps: number[]; full: number[] }[]> {
  const hypotheses = results.flatMap(({ source, hypotheses }) => hypotheses.map((each) => ({ source, each })))
  const pairs = hypotheses.map(({ source, each }) => ({ source, target: each.text }))
  const scored = await score(model, pairs)
  return hypotheses.map(({ each }, i) => {
    const steps = [...each.logProbabilities]
    // A target that was cut has no <eos> among its steps.
    return { steps, full: [...scored[i]!.perToken].slice(0, steps.length).map((nats) => -nats) }
  })
}
