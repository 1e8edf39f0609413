import { add, mul, relu, sigmoid, sub } from '../graph/elementwise.ts'
import { transpose } from '../graph/movement.ts'
import { scan } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { projection } from './linear.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>

/** A recurrence so small that a step is two products and no softmax. */
export interface Ssru {
  /** One step: x [R, D] and the cell before [R, D] → output [R, D] and the cell after. */
  step(x: F, cell: F): { output: F; cell: F }
  /** All steps: x [B, T, D] and the first cell [B, D] → [B, T, D]. */
  sequence(x: F, cell: F): F
}

/**
 * The simpler simple recurrent unit, in place of a decoder's self-attention:
 *
 *   f_t = σ(W_f x_t + b_f),  c_t = f_t · c_{t−1} + (1 − f_t) · W x_t,  o_t = ReLU(c_t)
 *
 * Weights `forget` (W_f, b_f) and `input` (W).
 *
 * Source: Kim et al. 2019, "From Research to Production and Back: Ludicrously Fast Neural Machine
 * Translation", WNGT 2019, section 3.1.
 */
export function ssru(scope: ParameterScope, size: number): Ssru {
  const forget = projection(scope.in('forget'), size, size)
  const input = projection(scope.in('input'), size, size, { bias: false })
  // What does not depend on the cell: the forget gate, and (1 − f) · W x.
  const gates = (x: F) => {
    const kept = sigmoid(forget.apply(x))
    return { kept, fresh: mul(sub(1, kept), input.apply(x)) }
  }
  const advance = ({ kept, fresh }: { kept: F; fresh: F }, cell: F) => add(mul(kept, cell), fresh)
  return {
    step(x, cell) {
      const next = advance(gates(x), cell)
      return { output: relu(next), cell: next }
    },
    sequence(x, cell) {
      const timeFirst = gates(transpose(x, [1, 0, 2]))
      const { ys } = scan('ssru', x.trace, { carry: { cell }, xs: timeFirst }, (before, now) => {
        const next = advance(now, before.cell)
        return { carry: { cell: next }, ys: { cells: next } }
      })
      return relu(transpose(ys.cells, [1, 0, 2]))
    },
  }
}
