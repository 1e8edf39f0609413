import { type ElementwiseOp, elementwiseOps } from '../plan/elementwise-ops.ts'
import {
  type ArgumentsOf,
  argumentOffsets,
  headerWords,
  type InstructionName,
  instructions,
  leafModes,
  matmulFlags,
} from '../plan/encoding.ts'

/** What an instruction must at least do. */
export interface Cost {
  /** Float additions, multiplications and the like; a multiply-add is two. */
  readonly flops: number
  /** Bytes of its operands and results, each read or written once however often it repeats. */
  readonly bytes: number
}

/** Instructions that compute; the others only say what runs, and where threads meet. */
export type KernelName = Exclude<InstructionName, 'loop' | 'alone' | 'barrier'>

type Values<K extends InstructionName> = { readonly [A in keyof ArgumentsOf<K>]: number }
type CostOf<K extends InstructionName> = (values: Values<K>, tail: Int32Array) => Cost
type Costs = { readonly [K in KernelName]: CostOf<K> }

const bytesPerElement = 4

/** Float operations of the polynomials in assembly/math.ts, one element each, rounded. */
const functionFlops = {
  exp: 23,
  log: 30,
  tanh: 40,
  sigmoid: 27,
  erf: 55,
  sin: 35,
  cos: 35,
  pow: 80,
} as const satisfies Partial<Record<ElementwiseOp, number>>

/** Float operations of one elementwise op, by its code. Bundlers leave this out where there is no profiler. */
const flopsByCode: ReadonlyMap<number, number> = /* @__PURE__ */ flopsOfOps()

function flopsOfOps(): Map<number, number> {
  const ofWords: ReadonlySet<string> = new Set<ElementwiseOp>(['copy', 'and', 'or', 'not', 'select'])
  const flops: Readonly<Record<string, number>> = functionFlops
  return new Map(
    Object.entries(elementwiseOps).map(([name, { code }]) => {
      const isWord = ofWords.has(name) || /^i[A-Z]/.test(name)
      return [code, isWord ? 0 : (flops[name] ?? 1)]
    }),
  )
}

const cost = (flops: number, elements: number): Cost => ({ flops, bytes: elements * bytesPerElement })

/** Rows of n: so many float operations and elements moved for each element. */
const overRows =
  (flops: number, moved: number) =>
  ({ rows, n }: { readonly rows: number; readonly n: number }): Cost =>
    cost(flops * rows * n, moved * rows * n)

/** Copies of `count` runs of `inner` elements; `others` are read beside them. */
const moves = (
  { outer, count, inner }: { readonly outer: number; readonly count: number; readonly inner: number },
  others: number,
): Cost => cost(0, 2 * outer * count * inner + others)

interface Recurrence {
  readonly steps: number
  readonly batch: number
  readonly hidden: number
}

/**
 * A recurrence of `gates` gates: a product with the weights in each step, `flops` more for each unit, and `moved`
 * elements for each unit and step. The weights are read once: they stay in the cache.
 */
const recurrent =
  (gates: number, flops: number, moved: number) =>
  ({ steps, batch, hidden }: Recurrence): Cost => {
    const units = steps * batch * hidden
    return cost(units * (2 * gates * hidden + flops), units * moved + gates * hidden * hidden)
  }

interface Attention {
  readonly batch: number
  readonly heads: number
  readonly keyHeads: number
  readonly target: number
  readonly source: number
  readonly width: number
  readonly valueWidth: number
  readonly causal: number
}

/** Pairs of a query and a key that it sees; padding is not known here. */
function scoresOf({ batch, heads, target, source, causal }: Attention): number {
  let pairs = target * source
  if (causal) {
    pairs = 0
    for (let t = 0; t < target; t++) pairs += Math.min(source, Math.max(0, t + 1 + source - target))
  }
  return batch * heads * pairs
}

/** `widths`, `valueWidths`: how many products run over each; `passes`: how often operands and results are moved. */
const attention =
  (widths: number, valueWidths: number, flops: number, passes: number) =>
  (values: Attention): Cost => {
    const { batch, heads, keyHeads, target, source, width, valueWidth } = values
    const perScore = 2 * (widths * width + valueWidths * valueWidth) + flops
    const elements = batch * (heads * target + keyHeads * source) * (width + valueWidth)
    return cost(scoresOf(values) * perScore, passes * elements)
  }

const product = (sizes: Int32Array): number => sizes.reduce((all, size) => all * size, 1)

/** How many different elements strides reach: an axis of stride 0 repeats. */
function distinct(dims: Int32Array, strides: Int32Array): number {
  return dims.reduce((all, size, axis) => (strides[axis] === 0 ? all : all * size), 1)
}

/** Part `i` of a tail that begins with parts of `rank` words. */
const part = (tail: Int32Array, rank: number, i: number) => tail.subarray(i * rank, (i + 1) * rank)

const costs: Costs = /* @__PURE__ */ allCosts()

function allCosts(): Costs {
  const { exp, tanh, sigmoid } = functionFlops
  return {
    copyStrided: ({ rank }, tail) => {
      const dims = part(tail, rank, 0)
      return cost(0, product(dims) + distinct(dims, part(tail, rank, 2)))
    },
    fill: ({ n }) => cost(0, n),
    iota: ({ outer, n, inner }) => cost(0, outer * n * inner),
    elementwise: ({ n, leaves, ops }, tail) => {
      let flops = 0
      let elements = 0
      for (let i = 0; i < leaves; i++) {
        const [mode, , , r] = tail.subarray(4 * i)
        elements += mode === leafModes.full ? n : mode === leafModes.scalar ? 1 : n / r!
      }
      for (let i = 0; i < ops; i++) {
        const [code, , , , , output] = tail.subarray(4 * leaves + 6 * i)
        flops += n * flopsByCode.get(code!)!
        if (output !== 0) elements += n
      }
      return cost(flops, elements)
    },
    matmul: ({ m, k, n, flags, rank }, tail) => {
      const dims = part(tail, rank, 0)
      const count = product(dims)
      const results = count * m * n * (flags & matmulFlags.accumulate ? 2 : 1)
      const left = m * k * distinct(dims, part(tail, rank, 2))
      const right = k * n * distinct(dims, part(tail, rank, 3))
      return cost(2 * count * m * k * n, results + left + right)
    },
    reduce: ({ outer, n, inner }) => cost(outer * n * inner, outer * (n + 1) * inner),
    argmax: ({ outer, n, inner }) => cost(outer * n * inner, outer * (n + 1) * inner),
    gather: (values) => moves(values, values.count),
    gatherAlong: (values) => moves(values, values.outer * values.count * values.inner),
    scatterAdd: ({ outer, axisSize, count, inner, accumulate }) => {
      const added = outer * count * inner
      return cost(added, 3 * added + count + (accumulate ? 0 : outer * axisSize * inner))
    },
    scatterAlongAdd: ({ outer, axisSize, count, inner, accumulate }) => {
      const added = outer * count * inner
      return cost(added, 4 * added + (accumulate ? 0 : outer * axisSize * inner))
    },
    dynamicSlice: (values) => moves(values, 1),
    dynamicUpdate: (values) => moves(values, 1),
    softmax: overRows(exp + 4, 2),
    logSoftmax: overRows(exp + 4, 2),
    softmaxGrad: overRows(4, 3),
    logSoftmaxGrad: overRows(exp + 3, 3),
    crossEntropy: overRows(exp + 4, 1),
    crossEntropyGrad: overRows(exp + 6, 2),
    // In: four gates; out: four gates, state and cell.
    lstmForward: recurrent(4, 3 * sigmoid + 2 * tanh + 8, 10),
    // In: gates, cells, gradients of states and cells; out: four gates.
    lstmBackward: recurrent(4, tanh + 24, 11),
    gruForward: recurrent(3, 2 * sigmoid + tanh + 10, 8),
    gruBackward: recurrent(3, 24, 12),
    adam: ({ n }) => cost(16 * n, 7 * n),
    // Philox counts in integers.
    dropoutMask: ({ n }) => cost(0, n),
    norm: overRows(8, 2),
    normGrad: overRows(16, 3),
    attention: attention(1, 1, exp + 5, 1),
    attentionGrad: attention(3, 2, exp + 10, 2),
  }
}

const namesByCode: ReadonlyMap<number, InstructionName> = /* @__PURE__ */ namesOfCodes()

function namesOfCodes(): Map<number, InstructionName> {
  return new Map(Object.entries(instructions).map(([name, { code }]) => [code, name as InstructionName]))
}

/** Name of the instruction at a word of a plan; undefined for an unknown code. */
export function instructionNameAt(words: Int32Array, word: number): InstructionName | undefined {
  return namesByCode.get(words[word]!)
}

/** What the instruction at a word of a plan must do, from the sizes that stand in it. */
export function costAt(words: Int32Array, word: number, name: KernelName): Cost {
  const values: Record<string, number> = {}
  for (const [key, offset] of Object.entries<number>(argumentOffsets(name)))
    values[key] = words[word + offset]!
  const tail = words.subarray(word + headerWords(name), word + words[word + 1]!)
  return (costs[name] as CostOf<never>)(values as never, tail)
}
