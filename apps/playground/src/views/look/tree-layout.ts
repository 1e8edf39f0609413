import type { SearchStep } from '@dragoman/core'

/** A hypothesis in the picture. */
export interface TreeNode {
  readonly x: number
  readonly y: number
  readonly token: string
  readonly total: number
  /** Place of the one it extends; none for the root. */
  readonly parent: number | undefined
  readonly kind: 'live' | 'finished'
  /** Of a finished one: what hypotheses are ranked by. */
  readonly score?: number
}

/** The tree of a search: the root is `<sos>`, a column for each step, the better hypotheses higher. */
export function treeOf(steps: readonly SearchStep[]): TreeNode[] {
  const nodes: TreeNode[] = [{ x: 0, y: 0, token: '<sos>', total: 0, parent: undefined, kind: 'live' }]
  let asked = [0]
  for (const { step, kept, finished } of steps) {
    const column = [
      ...kept.map((each) => ({ ...each, kind: 'live' as const })),
      ...finished.map((each) => ({ ...each, kind: 'finished' as const })),
    ]
    const ranked = [...column].sort((a, b) => b.total - a.total)
    const places = column.map((each) => {
      const { tokens, total, parent, kind } = each
      nodes.push({
        x: step,
        y: ranked.findIndex((other) => other.tokens === tokens),
        token: tokens.at(-1)!,
        total,
        parent: asked[parent],
        kind,
        ...('score' in each ? { score: each.score } : {}),
      })
      return nodes.length - 1
    })
    asked = places.slice(0, kept.length)
  }
  return nodes
}

/** The place of the finished hypothesis with the highest score; undefined where nothing ended. */
export function bestOf(nodes: readonly TreeNode[]): number | undefined {
  const ended = nodes.flatMap(({ score }, i) => (score === undefined ? [] : [{ score, i }]))
  return ended.sort((a, b) => b.score - a.score)[0]?.i
}

/** A node and all that it extends. */
export function pathOf(nodes: readonly TreeNode[], end: number | undefined): ReadonlySet<number> {
  const path = new Set<number>()
  for (let at = end; at !== undefined; at = nodes[at]!.parent) path.add(at)
  return path
}
