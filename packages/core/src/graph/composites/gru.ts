import { add, mul, sigmoid, sub, tanh } from '../elementwise.ts'
import { matmul } from '../matmul.ts'
import { concat, slice, split, zeros } from '../movement.ts'
import type { Attributes } from '../ops.ts'
import { scan } from '../scan.ts'
import type { Operand, Tensor } from '../tensor.ts'
import type { Trace } from '../trace.ts'
import { toTensor, traceOf } from '../trace.ts'
import { paddingOf, previousStates, whereReal } from './recurrent.ts'

/** What a whole-sequence GRU takes; gates stand in PyTorch's order: reset, update, new. */
export interface GruInputs {
  /** [T, B, 3H]: the input projection of all steps, with the input bias. */
  readonly xProjection: Tensor<'float'>
  /** [3H, H] */
  readonly weightHh: Operand<'float'>
  /** [3H] */
  readonly biasHh: Operand<'float'>
  /** [B, H], before the first step. */
  readonly hidden: Tensor<'float'>
  /** [T, B]: false at padding, where the state stays as it was. All real by default. */
  readonly isReal?: Tensor<'bool'> | undefined
  /** From the last step to the first. */
  readonly reverse?: boolean
  /** Whether the reset gate multiplies W h (PyTorch, cuDNN) or h itself (the paper). */
  readonly resetAfter?: boolean
}

/**
 * A GRU layer over a whole sequence.
 *
 *   r = σ(x_r + W_r h + b_r);  z = σ(x_z + W_z h + b_z)
 *   n = tanh(x_n + r (W_n h + b_n))  reset after, or  tanh(x_n + W_n (r h) + b_n)  reset before
 *   h' = (1 − z) n + z h
 *
 * @returns states [T, B, H] after each step; for the gradient the gates [T, B, 3H] after their
 *   nonlinearity (0 at padding) and the candidate [T, B, H]: W_n h + b_n, or r h.
 *
 * Source: Cho et al. 2014, arXiv:1406.1078, eq. 5–8 (there with z and 1 − z swapped); PyTorch's `nn.GRU`.
 */
export function gru(options: GruInputs): {
  states: Tensor<'float'>
  gates: Tensor<'float'>
  candidate: Tensor<'float'>
} {
  const { xProjection, weightHh, biasHh, hidden, isReal, reverse = false, resetAfter = true } = options
  const trace = traceOf([xProjection, weightHh, biasHh, hidden, isReal])
  const weights = [toTensor(trace, weightHh, 'float'), toTensor(trace, biasHh, 'float')]
  const inputs: Tensor[] = [xProjection, ...weights, hidden]
  const outputs = trace.emit('gru', isReal ? [...inputs, isReal] : inputs, { reverse, resetAfter })
  const [states, gates, candidate] = outputs as [Tensor<'float'>, Tensor<'float'>, Tensor<'float'>]
  return { states, gates, candidate }
}

/** The weights of the recurrent side of a GRU. */
export interface GruCellWeights {
  /** [3H, H] */
  readonly weightHh: Operand<'float'>
  /** [3H] */
  readonly biasHh: Operand<'float'>
  readonly resetAfter: boolean
}

/**
 * One GRU step, as the sequence above takes each: x is the step's input projection [B, 3H].
 *
 * @returns hidden [B, H]; the gates [B, 3H] after their nonlinearity; the candidate [B, H].
 */
export function gruCell(
  x: Tensor<'float'>,
  { weightHh, biasHh, resetAfter }: GruCellWeights,
  hidden: Tensor<'float'>,
): { hidden: Tensor<'float'>; gates: Tensor<'float'>; candidate: Tensor<'float'> } {
  const H = hidden.size(1) as number
  const trace = traceOf([x, hidden, weightHh])
  const weight = toTensor(trace, weightHh, 'float')
  const bias = toTensor(trace, biasHh, 'float')
  const [xr, xz, xn] = split(x, 1, [H, H, H]) as [typeof x, typeof x, typeof x]
  // Reset before needs W_n on r·h instead, so only the first two thirds of this product.
  const rows = resetAfter ? 3 * H : 2 * H
  const product = matmul(hidden, slice(weight, 0, 0, rows), { transposeB: true })
  const sum = add(product, slice(bias, 0, 0, rows))
  const r = sigmoid(add(xr, slice(sum, 1, 0, H)))
  const z = sigmoid(add(xz, slice(sum, 1, H, H)))
  const candidate = resetAfter ? slice(sum, 1, 2 * H, H) : mul(r, hidden)
  const inner = resetAfter
    ? mul(r, candidate)
    : add(matmul(candidate, slice(weight, 0, 2 * H, H), { transposeB: true }), slice(bias, 0, 2 * H, H))
  const n = tanh(add(xn, inner))
  return { hidden: add(mul(sub(1, z), n), mul(z, hidden)), gates: concat([r, z, n], 1), candidate }
}

type Float = Tensor<'float'>
type Float5 = [Float, Float, Float, Float, Float?]

export function gruBody(inputs: readonly Tensor[], attributes: Attributes<'gru'>): Tensor[] {
  const { reverse, resetAfter } = attributes
  const [x, weightHh, biasHh, h0, mask] = inputs as Float5
  const xs: Record<string, Tensor> = mask ? { x, isReal: mask } : { x }
  const { ys } = scan('gru', traceOf(inputs), { carry: { h: h0 }, xs, reverse }, ({ h }, step) => {
    const next = gruCell(step.x as Tensor<'float'>, { weightHh, biasHh, resetAfter }, h)
    const states = whereReal(step.isReal, next.hidden, h)
    return { carry: { h: states }, ys: { states, gates: next.gates, candidate: next.candidate } }
  })
  return [ys.states, whereReal(mask, ys.gates, 0), whereReal(mask, ys.candidate, 0)]
}

/**
 * Back through time: → gradients of xProjection and of the hidden projection W h + b (both [T, B, 3H],
 * 0 at padding), and of hidden.
 *
 * As for an LSTM, the slopes of all steps are computed at once, and are 0 at padding because the gates are.
 */
export function gruGradBody(inputs: readonly Tensor[], attributes: Attributes<'gruGrad'>): Tensor[] {
  const { reverse, resetAfter } = attributes
  const [weight, h0, states, gates, candidate, dStates] = inputs as Float[]
  const H = h0!.size(1) as number
  const isPadding = paddingOf(inputs[6])
  const [r, z, n] = split(gates!, 2, [H, H, H]) as [Float, Float, Float]
  const keep = isPadding ? add(z, isPadding) : z
  const before = previousStates(states!, h0!, reverse)
  const slopes = {
    new: mul(sub(1, keep), sub(1, mul(n, n))),
    update: mul(sub(before, n), mul(z, sub(1, z))),
    reset: mul(r, sub(1, r)),
  }
  const carry = { dh: zeros(h0!, 'float', h0!.shape) }
  const grad = {
    trace: traceOf(inputs),
    weight: weight!,
    carry,
    keep,
    dState: dStates!,
    reverse: !reverse,
    H,
  }
  return resetAfter
    ? resetAfterGrad(grad, { ...slopes, reset: mul(mul(slopes.new, candidate!), slopes.reset) }, r)
    : resetBeforeGrad(grad, { ...slopes, reset: mul(before, slopes.reset) }, r)
}

interface GruGrad {
  readonly trace: Trace
  readonly weight: Float
  readonly carry: { readonly dh: Float }
  readonly keep: Float
  readonly dState: Float
  readonly reverse: boolean
  readonly H: number
}

type Slopes = Readonly<Record<'reset' | 'update' | 'new', Float>>

/** One product a step: all three slopes are known before. */
function resetAfterGrad(
  { trace, weight, carry, keep, dState, reverse, H }: GruGrad,
  { reset, update, new: fresh }: Slopes,
  r: Float,
): Tensor[] {
  const xs = { slopes: concat([reset, update, mul(fresh, r)], 2), keep, dState }
  const { carry: last, ys } = scan('gruGrad', trace, { carry, xs, reverse }, ({ dh }, at) => {
    const total = add(dh, at.dState)
    const dProjection = mul(concat([total, total, total], 1), at.slopes)
    return {
      carry: { dh: add(matmul(dProjection, weight), mul(total, at.keep)) },
      ys: { dProjection, total },
    }
  })
  const dNew = mul(ys.total, fresh)
  return [concat([slice(ys.dProjection, 2, 0, 2 * H), dNew], 2), ys.dProjection, last.dh]
}

/** Two products a step: what reaches the reset gate goes through W_n first. */
function resetBeforeGrad(
  { trace, weight, carry, keep, dState, reverse, H }: GruGrad,
  { reset, update, new: fresh }: Slopes,
  r: Float,
): Tensor[] {
  const gateWeight = slice(weight, 0, 0, 2 * H)
  const newWeight = slice(weight, 0, 2 * H, H)
  const xs = { slopes: concat([reset, update], 2), fresh, r, keep, dState }
  const { carry: last, ys } = scan('gruGrad', trace, { carry, xs, reverse }, ({ dh }, at) => {
    const total = add(dh, at.dState)
    const dNew = mul(total, at.fresh)
    const dReset = matmul(dNew, newWeight)
    const dGates = mul(concat([dReset, total], 1), at.slopes)
    const direct = add(mul(dReset, at.r), mul(total, at.keep))
    return { carry: { dh: add(matmul(dGates, gateWeight), direct) }, ys: { dx: concat([dGates, dNew], 1) } }
  })
  return [ys.dx, ys.dx, last.dh]
}
