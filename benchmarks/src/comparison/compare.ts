import { median, round } from '../measure.ts'
import type { RoundAnswer } from '../peers/round.ts'
import { decodingSizes } from '../workloads/decoding-sizes.ts'
import { type Group, groups, outcomeOf } from '../workloads/names.ts'
import { checkAgreement, type Outcome } from './agreement.ts'
import { Child } from './child.ts'
import { type Contestant, commandOf, type Host } from './contestants.ts'
import type { Failure, Outcomes, Result } from './result.ts'

/** How long a comparison takes. */
export interface Pace {
  readonly rounds: number
  /** Milliseconds of a contestant in a round, for a workload of a group. */
  readonly milliseconds: Readonly<Record<Group, number>>
  readonly leastRuns: number
}

/** A process that takes part, and what it answered by workload; the first answer is of the warm-up. */
interface Running {
  readonly contestant: Contestant
  readonly child: Child
  readonly answers: Map<string, RoundAnswer[]>
  problem?: string
}

/**
 * Times the workloads of a group: all contestants in turn in each round, each in a process of its own, so that what
 * disturbs the machine disturbs all alike. One that fails is left out from there on and named.
 *
 * @param folder where the graphs of the group are.
 */
export async function compareGroup(
  group: Group,
  all: readonly Contestant[],
  folder: string,
  host: Host,
  pace: Pace,
): Promise<Outcomes> {
  const failures: Failure[] = []
  const running: Running[] = []
  try {
    for (const contestant of all) {
      try {
        const child = await Child.start(commandOf(contestant, group, folder, host))
        running.push({ contestant, child, answers: new Map() })
      } catch (error) {
        failures.push({ workload: group, id: contestant.id, problem: lastLines(error) })
      }
    }
    for (const workload of groups[group]) await playRounds(running, workload, pace, pace.milliseconds[group])
  } finally {
    for (const { child } of running) child.stop()
  }
  for (const { contestant, problem } of running)
    if (problem !== undefined) failures.push({ workload: group, id: contestant.id, problem })
  const results = groups[group].flatMap((workload) => resultsOf(running, group, workload, failures))
  return { results, failures }
}

async function playRounds(running: readonly Running[], workload: string, pace: Pace, milliseconds: number) {
  // The first round warms up: engines compile their hottest functions anew while they run.
  for (let i = 0; i <= pace.rounds; i++) {
    for (const each of running) {
      if (each.problem !== undefined) continue
      // Losses must be seen to fall.
      const leastRuns = i === 0 ? Math.max(3, pace.leastRuns) : pace.leastRuns
      try {
        const answer = await each.child.ask({ workload, milliseconds, leastRuns })
        each.answers.set(workload, [...(each.answers.get(workload) ?? []), answer])
      } catch (error) {
        each.problem = lastLines(error)
      }
    }
  }
}

function resultsOf(
  running: readonly Running[],
  group: Group,
  workload: string,
  failures: Failure[],
): Result[] {
  const done = running.filter(({ problem }) => problem === undefined)
  const outcomes = done
    .filter(({ contestant }) => contestant.kind !== 'limit')
    .map(
      ({ contestant, answers }): Outcome => ({
        id: contestant.id,
        isApart: contestant.side === 'pytorch',
        results: answers.get(workload)!.flatMap(({ results }) => results),
      }),
    )
  const verdicts = checkAgreement(outcomes, outcomeOf(group), { steps: decodingSizes.steps })
  return done.flatMap(({ contestant: { id }, child, answers }) => {
    const verdict = verdicts.find((each) => each.id === id)
    if (verdict?.problem !== undefined) {
      failures.push({ workload, id, problem: verdict.problem })
      return []
    }
    const timed = answers.get(workload)!.slice(1)
    return [{ ...resultOf(workload, id, timed), seen: verdict?.seen ?? '', facts: child.facts }]
  })
}

/** The figures of the rounds that count. */
export function resultOf(
  workload: string,
  id: string,
  rounds: readonly { readonly times: readonly number[] }[],
): Result {
  const times = rounds.flatMap((each) => each.times)
  return {
    workload,
    id,
    medianMs: round(median(times)),
    minMs: round(Math.min(...times)),
    runs: times.length,
    rounds: rounds.map((each) => round(median(each.times))),
  }
}

/** What an error says, without the places in the code. */
function lastLines(error: unknown): string {
  const lines = `${error instanceof Error ? error.message : error}`.split('\n')
  const telling = lines.filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v|^\s+\^/.test(line))
  return telling.slice(-4).join(' | ').slice(-400)
}
