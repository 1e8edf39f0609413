import { type Pair, splitPairs } from '@dragoman/core'
import { datePairs } from '../../models/dates.mjs'
import { draws } from '../../models/draws.mjs'
import { phrasePairs } from '../../models/phrases.mjs'
import { ownPairs } from './own-pairs.ts'

export const taskNames = ['reverse', 'sort', 'dates', 'pronunciation', 'phrases', 'own'] as const
export type TaskName = (typeof taskNames)[number]

/** Pairs to learn, and pairs that are held out. */
export interface TaskPairs {
  readonly train: readonly Pair[]
  readonly heldOut: readonly Pair[]
}

const heldOutCount = 200

/** The pairs of a task. `pasted` is the TSV of a person's own; throws DataError when it is none. */
export async function taskPairs(name: TaskName, pasted = ''): Promise<TaskPairs> {
  switch (name) {
    case 'reverse':
      return split(strings((text) => [...text].reverse().join('')))
    case 'sort':
      return split(strings((text) => [...text].sort().join('')))
    case 'dates':
      return split(datePairs(20_000, 2))
    case 'phrases':
      return split(phrasePairs(12_000, 2))
    case 'pronunciation':
      return split(await (await import('./pronunciation.ts')).pronunciationPairs())
    case 'own': {
      const pairs = await ownPairs(pasted)
      const parts = splitPairs(pairs, Math.min(0.1, heldOutCount / pairs.length), 0)
      return parts.heldOut.length > 0 ? parts : split(pairs, 1)
    }
  }
}

/** All pairs of a task as a TSV, those that are held out last. */
export async function taskTsv(name: TaskName, pasted?: string): Promise<string> {
  const { train, heldOut } = await taskPairs(name, pasted)
  return [...train, ...heldOut].map(({ source, target }) => `${source}\t${target}\n`).join('')
}

/** Random strings of 2 to 10 letters, and what `change` makes of them. */
function strings(change: (text: string) => string): Pair[] {
  const draw = draws(3, 'strings')
  return Array.from({ length: 20_000 }, () => {
    const length = draw.integer(2, 10)
    const source = Array.from({ length }, () => 'abcdefghij'[draw.integer(0, 9)]).join('')
    return { source, target: change(source) }
  })
}

/** The last pairs are held out, and whatever else has their sources is left away. */
function split(pairs: readonly Pair[], count = heldOutCount): TaskPairs {
  const heldOut = pairs.slice(-count)
  const sources = new Set(heldOut.map(({ source }) => source))
  return { train: pairs.filter(({ source }) => !sources.has(source)), heldOut }
}
