import { type Pair, parsePairs, splitPairs } from '@dragoman/core'
import { datePairs } from '../../models/dates.mjs'
import { draws } from '../../models/draws.mjs'
import { phrasePairs } from '../../models/phrases.mjs'

export const taskNames = ['reverse', 'sort', 'dates', 'pronunciation', 'phrases', 'own'] as const
export type TaskName = (typeof taskNames)[number]

/** Pairs to learn, pairs that are held out, and what each side is cut into. */
export interface Task {
  readonly train: readonly Pair[]
  readonly heldOut: readonly Pair[]
  readonly source: 'char' | 'word' | 'space'
  readonly target: 'char' | 'word' | 'space'
}

const heldOutCount = 200

/** The data of a task. `pasted` is the TSV of a person's own; throws DataError when it is none. */
export async function taskData(name: TaskName, pasted = ''): Promise<Task> {
  switch (name) {
    case 'reverse':
      return { ...split(strings((text) => [...text].reverse().join(''))), source: 'char', target: 'char' }
    case 'sort':
      return { ...split(strings((text) => [...text].sort().join(''))), source: 'char', target: 'char' }
    case 'dates':
      return { ...split(datePairs(20_000, 2)), source: 'char', target: 'char' }
    case 'phrases':
      return { ...split(phrasePairs(12_000, 2)), source: 'word', target: 'word' }
    case 'pronunciation': {
      const { pronunciationPairs } = await import('./pronunciation.ts')
      return { ...split(await pronunciationPairs()), source: 'char', target: 'space' }
    }
    case 'own':
      return own(pasted)
  }
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
function split(pairs: readonly Pair[]): Pick<Task, 'train' | 'heldOut'> {
  const heldOut = pairs.slice(-heldOutCount)
  const sources = new Set(heldOut.map(({ source }) => source))
  return { train: pairs.filter(({ source }) => !sources.has(source)), heldOut }
}

/** The pairs of a TSV. Throws DataError, naming the line, where there is no tab. */
export async function pairsOf(text: string): Promise<Pair[]> {
  const pairs: Pair[] = []
  for await (const pair of parsePairs(text.split('\n'))) pairs.push(pair)
  return pairs
}

async function own(pasted: string): Promise<Task> {
  const pairs = await pairsOf(pasted)
  const { train, heldOut } = splitPairs(pairs, Math.min(0.1, heldOutCount / pairs.length), 0)
  return { train, heldOut, source: 'char', target: 'char' }
}
