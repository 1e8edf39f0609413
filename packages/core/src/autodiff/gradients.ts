import { GraphError } from '../errors.ts'
import { constant, zeros } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import { backpropagate, Contributions } from './backpropagate.ts'

/**
 * Reverse-mode gradients of a scalar, as tensors of the same graph: graph in, graph out.
 *
 * @param loss float scalar.
 * @param wrt  tensors of the same graph; a float that the loss does not depend on gets zeros.
 * @returns one gradient for each of `wrt`, of its shape.
 * @throws GraphError when the loss is not a scalar or a tensor belongs to another graph.
 */
export function gradients(loss: Tensor<'float'>, wrt: readonly Tensor<'float'>[]): Tensor<'float'>[] {
  const { trace } = loss
  if (loss.rank !== 0) {
    throw new GraphError({
      operation: 'gradients',
      problem: `the loss must be a scalar, but it is ${loss}`,
      hint: 'sum it: reduceSum(loss)',
    })
  }
  for (const tensor of wrt) {
    if (tensor.trace !== trace) {
      throw new GraphError({
        operation: 'gradients',
        problem: 'a tensor to differentiate by is not of the graph of the loss',
      })
    }
  }
  const seeds = new Contributions()
  seeds.add(loss.id, constant(trace, 'float', [], [1]))
  const ids = wrt.map((tensor) => tensor.id)
  backpropagate(trace, [...trace.nodes], seeds, ids)
  return wrt.map((tensor) => seeds.total(tensor.id) ?? zeros(trace, 'float', tensor.shape))
}
