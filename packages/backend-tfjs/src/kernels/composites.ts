import type { EagerComposites } from '@dragoman/core/backend'
import { countOf } from '../device.ts'
import { mostAxes } from '../merged-axes.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { adam } from './adam.ts'
import { asRows, crossEntropy, crossEntropyGrad } from './cross-entropy.ts'
import { layerNorm } from './layer-norm.ts'
import { logSoftmax, softmax } from './softmax.ts'

type AnyComposite = (
  inputs: readonly { readonly handle: TfTensor }[],
  attributes: object,
  outputs: readonly { readonly shape: readonly number[] }[],
) => TfTensor[]

/** Composites that are faster whole than as primitives; each gives tensors of its own. */
export function compositeTable(ops: Ops): EagerComposites<TfTensor> {
  const table: EagerComposites<TfTensor> = {
    softmax: ([x]) => [softmax(ops, onFewAxes(ops, x!.handle))],
    logSoftmax: ([x]) => [logSoftmax(ops, onFewAxes(ops, x!.handle))],
    layerNorm: ([x, ...rest], attributes) => [
      layerNorm(ops, [{ ...x!, handle: onFewAxes(ops, x!.handle) }, ...rest], attributes),
    ],
    crossEntropy: (inputs, attributes) => [crossEntropy(ops, inputs, attributes)],
    crossEntropyGrad: (inputs, attributes) => [crossEntropyGrad(ops, inputs, attributes)],
    // Its scalars are read to spare passes over the weights, which a GPU would have to wait for.
    ...(ops.traits.hostMemory ? { adam: adam(ops) } : {}),
  }
  const wrapped = Object.entries(table).map(([op, kernel]) => [
    op,
    wrap(ops, kernel as unknown as AnyComposite),
  ])
  return Object.fromEntries(wrapped) as EagerComposites<TfTensor>
}

/** As rows where the axes are many. */
function onFewAxes(ops: Ops, x: TfTensor): TfTensor {
  return x.shape.length > mostAxes ? asRows(ops, x) : x
}

function wrap(ops: Ops, composite: AnyComposite): AnyComposite {
  return (inputs, attributes, outputs) =>
    ops.device.compute(() => {
      // Kernels are not asked for nothing: some of them read beyond it.
      if (countOf(inputs[0]!.handle.shape) === 0)
        return outputs.map(({ shape }) => ops.fill(shape, 0, 'float'))
      return composite(inputs, attributes, outputs).map((made, i) => {
        const result = ops.reshape(made, outputs[i]!.shape)
        return inputs.some(({ handle }) => handle === result) ? ops.share(result) : result
      })
    })
}
