import { EOS_ID } from '../text/index.ts'
import type { BeamOptions } from './beam.ts'
import { finishedSize } from './beam.ts'
import type { Candidate } from './candidates.ts'
import { branchOf, Candidates, compareCandidates } from './candidates.ts'
import { FinishedTargets } from './finished-targets.ts'
import type { LexicalConstraints, PhraseProgress } from './lexical-constraints.ts'
import type { Prefix } from './prefix.ts'
import { emptyPrefix } from './prefix.ts'
import type { NextToken, Search } from './search.ts'

/** What a beam search for targets that contain given phrases is told. */
export interface ConstrainedBeamOptions extends BeamOptions {
  readonly constraints: LexicalConstraints
  /** Tokens at the end that are forced, so that no phrase can be written there. */
  readonly reserved: number
}

interface Tracked extends Candidate {
  readonly progress: PhraseProgress
}

/**
 * Beam search for targets that must contain phrases. Candidates are the best continuations, the best one of
 * each prefix, and those that write a wanted phrase further; prefixes that have come equally far share a
 * bank, and the beams are divided among the banks. `<eos>` is impossible while a phrase is missing, and so
 * is a token after which the rest of `maxLength` would not hold what is missing.
 *
 * Source: Post and Vilar 2018, arXiv:1804.06609 (dynamic beam allocation).
 */
export function constrainedBeamSearch(options: ConstrainedBeamOptions): Search {
  const { start = emptyPrefix, beams, maxLength, processors, patience, constraints, reserved } = options
  const finished = new FinishedTargets({ ...options, size: finishedSize(beams, patience) })
  const candidates = new Candidates(2 * beams, processors)
  const total = constraints.start.missing
  let live: readonly Prefix[] = [start]
  let progress: readonly PhraseProgress[] = [constraints.start]

  const collect = (next: readonly NextToken[]): Tracked[] => {
    const extra: Candidate[] = []
    const best = candidates.collect(live, next, (scores, beam) => {
      const state = progress[beam]!
      if (state.missing > 0) scores[EOS_ID] = -Infinity
      for (const id of new Set([argMax(scores), ...constraints.wanted(state)])) {
        const score = scores[id]!
        if (score > -Infinity) extra.push({ beam, id, score, total: live[beam]!.total + score })
      }
    })
    const isKnown = (a: Candidate) => best.some((b) => a.beam === b.beam && a.id === b.id)
    const all = [...best, ...extra.filter((each) => !isKnown(each))].sort(compareCandidates)
    const tracked = all.map((each) => ({
      ...each,
      progress: constraints.advance(progress[each.beam]!, each.id),
    }))
    const left = maxLength - reserved - live[0]!.length - 1
    return tracked.filter(({ progress: { missing } }) => missing === 0 || missing <= left)
  }

  return {
    get live() {
      return live
    },
    advance(next) {
      const banks: Tracked[][] = Array.from({ length: total + 1 }, () => [])
      for (const candidate of collect(next)) banks[total - candidate.progress.missing]!.push(candidate)
      const isLast = live[0]!.length + 1 >= maxLength
      const slots = allocateBeams(
        beams,
        banks.map((bank) => bank.length),
      )
      const ended = banks.flatMap((bank, i) =>
        bank
          .slice(0, slots[i])
          .filter(({ id, progress }) => id === EOS_ID || (isLast && progress.missing === 0)),
      )
      const going = banks.flatMap((bank, i) => bank.filter(({ id }) => id !== EOS_ID).slice(0, slots[i]))
      finished.add(ended.map((each) => branchOf(each, live, next).prefix))
      const chosen = going.sort(compareCandidates)
      const branches = chosen.map((each) => branchOf(each, live, next))
      const isDone = isLast || finished.isDone(branches[0]?.prefix)
      progress = chosen.map((each) => each.progress)
      live = isDone ? [] : branches.map(({ prefix }) => prefix)
      return isDone ? [] : branches
    },
    results: () => finished.all,
  }
}

/**
 * How many beams each bank gets, bank i holding what has i tokens of its phrases. All get the same, and the
 * last one what remains of the division; places that a bank cannot fill go to the banks that have more
 * candidates than places, the last one first.
 */
export function allocateBeams(beams: number, counts: readonly number[]): number[] {
  const share = Math.floor(beams / counts.length)
  const slots = counts.map(() => share)
  slots[slots.length - 1]! += beams - share * counts.length
  let free = 0
  for (const [bank, count] of counts.entries()) {
    free += Math.max(0, slots[bank]! - count)
    slots[bank] = Math.min(slots[bank]!, count)
  }
  for (let bank = counts.length - 1; bank >= 0; bank--) {
    const more = Math.min(free, counts[bank]! - slots[bank]!)
    slots[bank]! += more
    free -= more
  }
  return slots
}

/** The place of the largest; the first of equal ones. */
function argMax(scores: Float64Array): number {
  let best = 0
  for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id
  return best
}
