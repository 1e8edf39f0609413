import type { TaskName } from './tasks.ts'

/** What a text is cut into. */
export type Unit = 'char' | 'word' | 'space'

/** What both sides of a task's pairs are cut into. */
export interface Units {
  readonly source: Unit
  readonly target: Unit
}

/** What pairs of one's own may be cut into. */
export const ownUnits = ['char', 'word'] as const

/** What a task's texts are cut into; of one's own pairs what the person chose, characters by default. */
export function unitsOf({ task, units = 'char' }: { task: TaskName; units?: 'char' | 'word' }): Units {
  switch (task) {
    case 'reverse':
    case 'sort':
    case 'dates':
      return { source: 'char', target: 'char' }
    case 'phrases':
      return { source: 'word', target: 'word' }
    case 'pronunciation':
      return { source: 'char', target: 'space' }
    case 'own':
      return { source: units, target: units }
  }
}
