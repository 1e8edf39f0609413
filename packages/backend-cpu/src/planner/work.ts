import type { ElementwiseOp } from '../plan/elementwise-ops.ts'
import type { InstructionName } from '../plan/encoding.ts'

/** What an instruction costs, for whether threads should share it. */
export interface Work {
  /** Nanoseconds on one thread, roughly; 0: it cannot be divided. */
  readonly ns: number
  /** How often threads wait for each other within it. */
  readonly meetings: number
}

export const undivided: Work = { ns: 0, meetings: 0 }

/** Multiply-adds in a nanosecond, of large products. */
const productRate = 20

/** Nanoseconds for one element of the elementwise ops that are more than one instruction. */
const slowOps: Partial<Record<ElementwiseOp, number>> = {
  exp: 1,
  log: 1.2,
  tanh: 1.6,
  sigmoid: 1.2,
  erf: 2,
  sin: 2,
  cos: 2,
  pow: 40,
  iDiv: 4,
}

type Numbers = Readonly<Record<string, number>>

/** An instruction over `units` that threads can divide, of `elements` in all. */
function divided(units: number, elements: number, nsPerElement: number): Work {
  return units < 2 ? undivided : { ns: elements * nsPerElement, meetings: 0 }
}

const overRows = (nsPerElement: number) => (numbers: Numbers) =>
  divided(numbers.rows!, numbers.rows! * numbers.n!, nsPerElement)

const overOuter = (nsPerElement: number) => (numbers: Numbers) =>
  divided(numbers.outer!, numbers.outer! * numbers.count! * numbers.inner!, nsPerElement)

const overElements = (nsPerElement: number) => (numbers: Numbers) =>
  divided(numbers.n! / 16, numbers.n!, nsPerElement)

/** A recurrence of `gates` gates, with the times that threads meet in a step. */
const recurrent = (gates: number, meetings: (numbers: Numbers) => number) => (numbers: Numbers) => {
  const [steps, batch, hidden] = [numbers.steps!, numbers.batch!, numbers.hidden!]
  const product = (batch * hidden * gates * hidden) / productRate
  return { ns: steps * (product + batch * hidden * 8), meetings: steps * meetings(numbers) }
}

const attention = (products: number, nsPerScore: number) => (numbers: Numbers) => {
  const scores = numbers.batch! * numbers.heads! * numbers.target! * numbers.source!
  const product = (scores * products * (numbers.width! + numbers.valueWidth!)) / productRate
  const isOne = numbers.batch! * numbers.keyHeads! < 2
  return isOne ? undivided : { ns: product + scores * nsPerScore, meetings: 0 }
}

/** The work of instructions without a tail, from their numbers. */
const works: Readonly<Partial<Record<InstructionName, (numbers: Numbers) => Work>>> = {
  fill: overElements(0.1),
  reduce: ({ outer, n, inner }) => divided(outer! * inner!, outer! * n! * inner!, 0.3),
  argmax: ({ outer, n, inner }) => divided(outer!, outer! * n! * inner!, 0.5),
  gather: ({ outer, count, inner }) => divided(count!, outer! * count! * inner!, 0.3),
  scatterAdd: ({ outer, axisSize, count, inner }) =>
    divided(inner! / 16, outer! * (axisSize! + count!) * inner!, 0.3),
  gatherAlong: overOuter(1),
  scatterAlongAdd: overOuter(1),
  dynamicSlice: overOuter(0.2),
  dynamicUpdate: overOuter(0.2),
  softmax: overRows(1.5),
  logSoftmax: overRows(1.5),
  softmaxGrad: overRows(0.6),
  logSoftmaxGrad: overRows(1.2),
  crossEntropy: overRows(1.2),
  crossEntropyGrad: overRows(1.5),
  lstmForward: recurrent(4, () => 1),
  lstmBackward: recurrent(4, () => 1),
  gruForward: recurrent(3, ({ resetAfter }) => (resetAfter ? 1 : 3)),
  gruBackward: recurrent(3, ({ resetAfter }) => (resetAfter ? 1 : 2)),
  norm: overRows(0.6),
  normGrad: ({ rows, n }) => ({ ns: rows! > 64 ? rows! * n! * 1.5 : 0, meetings: 1 }),
  attention: attention(1, 1.5),
  attentionGrad: attention(2.5, 2.5),
  adam: overElements(0.8),
  dropoutMask: overElements(3),
}

/** Work of an instruction that `Emitter.plain` appends. */
export function workOf(name: InstructionName, numbers: Numbers): Work {
  return works[name]?.(numbers) ?? undivided
}

/** Work of a product, of `count` products in all. */
export function workOfProducts(count: number, m: number, k: number, n: number): Work {
  const isOne = count < 2 && Math.max(m / 4, n / 16) < 2
  return isOne ? undivided : { ns: (count * m * k * n) / productRate, meetings: 0 }
}

/** Work of a chain over n elements. */
export function workOfChain(n: number, tileElements: number, ops: readonly ElementwiseOp[]): Work {
  let nsPerElement = 0
  for (const op of ops) nsPerElement += slowOps[op] ?? 0.15
  return divided(n / tileElements, n, nsPerElement)
}

/** Work of a copy, by the sizes that threads may divide first. */
export function workOfCopy(sizes: readonly number[]): Work {
  const first = sizes.find((size) => size !== 1) ?? 1
  return divided(
    first,
    sizes.reduce((product, size) => product * size, 1),
    0.4,
  )
}
