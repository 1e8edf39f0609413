import { add, mul, sigmoid, sub, tanh } from '../elementwise.ts'
import { matmul } from '../matmul.ts'
import { concat, split, zeros } from '../movement.ts'
import type { Attributes } from '../ops.ts'
import { scan } from '../scan.ts'
import type { Operand, Tensor } from '../tensor.ts'
import { toTensor, traceOf } from '../trace.ts'
import { paddingOf, previousStates, whereReal } from './recurrent.ts'

type F = Tensor<'float'>

/** What a whole-sequence LSTM takes; gates stand in PyTorch's order: input, forget, cell, output. */
export interface LstmInputs {
  /** [T, B, 4H]: the input projection of all steps, with both biases. */
  readonly xProjection: Tensor<'float'>
  /** [4H, H] */
  readonly weightHh: Operand<'float'>
  /** [B, H], before the first step. */
  readonly hidden: Tensor<'float'>
  /** [B, H], before the first step. */
  readonly cell: Tensor<'float'>
  /** [T, B]: false at padding, where the state stays as it was. All real by default. */
  readonly isReal?: Tensor<'bool'> | undefined
  /** From the last step to the first. */
  readonly reverse?: boolean
}

/**
 * An LSTM layer over a whole sequence.
 *
 *   i, f, g, o = split(x + h W_hhᵀ);  c' = σ(f) c + σ(i) tanh(g);  h' = σ(o) tanh(c')
 *
 * @returns states and cells [T, B, H] after each step, and the gates [T, B, 4H] after their
 *   nonlinearity, which the gradient needs (0 at padding).
 *
 * Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; PyTorch's `nn.LSTM`.
 */
export function lstm({ xProjection, weightHh, hidden, cell, isReal, reverse = false }: LstmInputs): {
  states: Tensor<'float'>
  cells: Tensor<'float'>
  gates: Tensor<'float'>
} {
  const trace = traceOf([xProjection, weightHh, hidden, cell, isReal])
  const inputs: Tensor[] = [xProjection, toTensor(trace, weightHh, 'float'), hidden, cell]
  const outputs = trace.emit('lstm', isReal ? [...inputs, isReal] : inputs, { reverse })
  const [states, cells, gates] = outputs as [Tensor<'float'>, Tensor<'float'>, Tensor<'float'>]
  return { states, cells, gates }
}

/**
 * One LSTM step, as the sequence above takes each: x is the step's input projection [B, 4H].
 *
 * @returns hidden and cell [B, H], and the gates [B, 4H] after their nonlinearity.
 */
export function lstmCell(
  x: Tensor<'float'>,
  weightHh: Operand<'float'>,
  hidden: Tensor<'float'>,
  cell: Tensor<'float'>,
): { hidden: Tensor<'float'>; cell: Tensor<'float'>; gates: Tensor<'float'> } {
  const H = cell.size(1) as number
  const sum = add(x, matmul(hidden, weightHh, { transposeB: true }))
  const [i, f, g, o] = split(sum, 1, [H, H, H, H]) as [typeof sum, typeof sum, typeof sum, typeof sum]
  const gates = [sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)] as const
  const next = add(mul(gates[1], cell), mul(gates[0], gates[2]))
  return { hidden: mul(gates[3], tanh(next)), cell: next, gates: concat(gates, 1) }
}

export function lstmBody(inputs: readonly Tensor[], { reverse }: Attributes<'lstm'>): Tensor[] {
  const [x, weight, h0, c0, mask] = inputs as Tensor<'float'>[]
  const xs: Record<string, Tensor> = mask ? { x: x!, isReal: mask } : { x: x! }
  const { ys } = scan(
    'lstm',
    traceOf(inputs),
    { carry: { h: h0!, c: c0! }, xs, reverse },
    ({ h, c }, step) => {
      const next = lstmCell(step.x as Tensor<'float'>, weight!, h, c)
      const states = whereReal(step.isReal, next.hidden, h)
      const cells = whereReal(step.isReal, next.cell, c)
      return { carry: { h: states, c: cells }, ys: { states, cells, gates: next.gates } }
    },
  )
  return [ys.states, ys.cells, whereReal(mask, ys.gates, 0)]
}

/**
 * Back through time: → gradients of xProjection (0 at padding), hidden and cell.
 *
 * What depends on the forward pass alone is computed for all steps at once: the gradients of the gates are linear in
 * what comes from later steps, so a step of the loop is one product and a few sums. Gates are 0 at padding, and with
 * them every slope; what comes from later steps passes there as it is.
 */
export function lstmGradBody(inputs: readonly Tensor[], { reverse }: Attributes<'lstmGrad'>): Tensor[] {
  const [weight, c0, cells, gates, dStates, dCells] = inputs as F[]
  const isPadding = paddingOf(inputs[6])
  const H = c0!.size(1) as number
  const [i, f, g, o] = split(gates!, 2, [H, H, H, H]) as [F, F, F, F]
  const squashed = tanh(cells!)
  const before = previousStates(cells!, c0!, reverse)
  const slopes = concat(
    [
      mul(g, mul(i, sub(1, i))),
      mul(before, mul(f, sub(1, f))),
      mul(i, sub(1, mul(g, g))),
      mul(squashed, mul(o, sub(1, o))),
    ],
    2,
  )
  const cellSlope = mul(o, sub(1, mul(squashed, squashed)))
  const keep = isPadding ? add(f, isPadding) : f
  const streams = { slopes, cellSlope, keep, dState: dStates!, dCell: dCells! }
  const xs: Record<string, Tensor> = isPadding ? { ...streams, isPadding } : streams
  const none = zeros(c0!, 'float', c0!.shape)
  const loop = { carry: { dh: none, dc: none }, xs, reverse: !reverse }
  const { carry, ys } = scan('lstmGrad', traceOf(inputs), loop, ({ dh, dc }, step) => {
    const at = step as Record<keyof typeof streams | 'isPadding', F>
    const dHidden = add(dh, at.dState)
    const dCell = add(add(dc, at.dCell), mul(dHidden, at.cellSlope))
    const dx = mul(concat([dCell, dCell, dCell, dHidden], 1), at.slopes)
    const through = matmul(dx, weight!)
    return {
      carry: {
        dh: isPadding ? add(through, mul(dHidden, at.isPadding)) : through,
        dc: mul(dCell, at.keep),
      },
      ys: { dx },
    }
  })
  return [ys.dx, carry.dh, carry.dc]
}
