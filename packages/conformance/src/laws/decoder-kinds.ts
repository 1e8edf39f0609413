import type { AttentionScore, CellType } from '@dragoman/core'

/** Every recurrence. */
export const cellTypes: readonly CellType[] = ['elman', 'elman-relu', 'lstm', 'gru', 'gru-reset-before']

/** A kind of recurrent decoder: the parts of its configuration that decide what it looks at, and when. */
export interface DecoderKind {
  readonly type: 'rnn'
  readonly name: string
  readonly config: object
  readonly cell: CellType
  readonly hasAttention: boolean
}

const scores: readonly AttentionScore[] = ['additive', 'dot', 'general', 'concat', 'scaled-dot']

const whenToLook = [
  { name: 'previous state', look: { query: 'previous' } },
  { name: 'current state', look: { query: 'current' } },
  { name: 'current state, input feeding', look: { query: 'current', inputFeeding: true } },
] as const

/** A kind without its cell. */
type AnyCell = Omit<DecoderKind, 'cell' | 'type'>

const attentionKinds: readonly AnyCell[] = scores.flatMap((score) => {
  const hasHidden = score === 'additive' || score === 'concat'
  return (hasHidden ? [false, true] : [false]).flatMap((coverage) =>
    whenToLook.map(({ name, look }) => ({
      name: `${score} attention of the ${name}${coverage ? ', coverage' : ''}`,
      hasAttention: true,
      config: {
        attention: { score, ...look, ...(hasHidden ? { size: 3, coverage } : {}) },
        output: { from: ['state', 'context'] },
      },
    })),
  )
})

const combined: AnyCell = {
  name: 'combined attention with input feeding',
  hasAttention: true,
  config: {
    attention: { score: 'general', inputFeeding: true },
    output: { from: ['context', 'state', 'embedding'], combine: 3 },
  },
}

const plainKinds: readonly AnyCell[] = [
  { name: 'context in the first state', hasAttention: false, config: { context: 'initial' } },
  {
    name: 'context at every step',
    hasAttention: false,
    config: { context: 'every-step', output: { from: ['embedding', 'state', 'context'] } },
  },
]

/** Every kind: plain ones with every cell; each attention score, query and addition, where the cells take turns. */
export const decoderKinds: readonly DecoderKind[] = [
  ...plainKinds.flatMap((kind) => cellTypes.map((cell) => ({ ...kind, cell }))),
  ...[...attentionKinds, combined].map((kind, i) => ({ ...kind, cell: cellTypes[i % cellTypes.length]! })),
].map((kind) => ({ ...kind, type: 'rnn', name: `${kind.cell}, ${kind.name}` }))
