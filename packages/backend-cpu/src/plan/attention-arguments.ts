type RowStrides<N extends string> = { readonly [A in 'Batch' | 'Head' | 'Row' as `${N}${A}`]: 'int' }
type ScoreStrides<N extends string> = RowStrides<N> & { readonly [A in `${N}Column`]: 'int' }

/** Strides of an operand [batch, heads, rows, ...]. */
function rowStrides<N extends string>(name: N): RowStrides<N> {
  return { [`${name}Batch`]: 'int', [`${name}Head`]: 'int', [`${name}Row`]: 'int' } as RowStrides<N>
}

/** Strides of an operand that is repeated to [batch, heads, target, source]. */
function scoreStrides<N extends string>(name: N): ScoreStrides<N> {
  return { ...rowStrides(name), [`${name}Column`]: 'int' } as ScoreStrides<N>
}

/** What attention and its gradient read. The kernels rely on it that both have these in one run, in this order. */
const operands = {
  query: 'pointer',
  key: 'pointer',
  value: 'pointer',
  isAllowed: 'pointer',
  bias: 'pointer',
  mask: 'pointer',
  scratch: 'scratch',
  batch: 'int',
  heads: 'int',
  keyHeads: 'int',
  target: 'int',
  source: 'int',
  width: 'int',
  valueWidth: 'int',
  rows: 'int',
  causal: 'int',
  scale: 'float',
} as const

type Operands = typeof operands &
  RowStrides<'query'> &
  RowStrides<'key'> &
  RowStrides<'value'> &
  ScoreStrides<'isAllowed'> &
  ScoreStrides<'bias'> &
  ScoreStrides<'mask'>

const operandsWithStrides: Operands = {
  ...operands,
  ...rowStrides('query'),
  ...rowStrides('key'),
  ...rowStrides('value'),
  ...scoreStrides('isAllowed'),
  ...scoreStrides('bias'),
  ...scoreStrides('mask'),
}

export type AttentionArguments = { readonly context: 'pointer' } & Operands & RowStrides<'context'>

/** Arguments of the instruction `attention`, in order. */
export const attentionArguments: AttentionArguments = {
  context: 'pointer',
  ...operandsWithStrides,
  ...rowStrides('context'),
}

export type AttentionGradArguments = {
  readonly [A in 'dQuery' | 'dKey' | 'dValue' | 'dBias' | 'dContext']: 'pointer'
} & Operands & { readonly biasElements: 'int' } & RowStrides<'dContext'> &
  RowStrides<'dQuery'> &
  RowStrides<'dKey'> &
  RowStrides<'dValue'>

/** Arguments of the instruction `attentionGrad`, in order. */
export const attentionGradArguments: AttentionGradArguments = {
  dQuery: 'pointer',
  dKey: 'pointer',
  dValue: 'pointer',
  dBias: 'pointer',
  dContext: 'pointer',
  ...operandsWithStrides,
  biasElements: 'int',
  ...rowStrides('dContext'),
  ...rowStrides('dQuery'),
  ...rowStrides('dKey'),
  ...rowStrides('dValue'),
}
