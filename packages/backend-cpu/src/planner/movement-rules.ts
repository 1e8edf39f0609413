import type { Kind } from '@dragoman/core/backend'
import { bitsOfFloat } from '../plan/plan-writer.ts'
import { type OpRule, viewed } from './op-context.ts'
import { broadcasted, elements, flipped, rowMajor, sliced, transposed, viewOf } from './view.ts'

type MovementName =
  | 'constant'
  | 'iota'
  | 'size'
  | 'reshape'
  | 'transpose'
  | 'broadcast'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'flip'

/** A number as the word that stands for it in memory. */
function wordOf(kind: Kind, value: number): number {
  if (kind === 'float') return bitsOfFloat(value)
  return kind === 'int' ? value | 0 : Number(value !== 0)
}

export const movementRules: { readonly [O in MovementName]: OpRule<O> } = {
  constant({ emitter, attributes: { kind, shape, data } }) {
    const words = Int32Array.from(data, (value) => wordOf(kind, value))
    // Equal scalars share memory; a longer literal is told by its data.
    return [emitter.literal({ key: words.length === 1 ? words[0]! : data, kind, words }, shape)]
  },

  size({ emitter, size, attributes }) {
    const dim = size(attributes.dim)
    return [emitter.literal({ key: dim, kind: 'int', words: Int32Array.of(dim) }, [])]
  },

  /** One run of indices; the other axes only repeat it. */
  iota({ emitter, attributes: { axis }, outputs }) {
    const shape = outputs[0]!
    const n = shape[axis]!
    const run = shape.map((size, i) => (i === axis ? size : 1))
    const dst = emitter.result(run, [])
    emitter.plain({ name: 'iota', writes: { dst }, reads: {}, numbers: { outer: 1, n, inner: 1 } })
    return [broadcasted(dst, shape)]
  },

  reshape: (context) => viewed(context, context.emitter.reshape(context.inputs[0]!, context.outputs[0]!)),

  transpose: (context) => viewed(context, transposed(context.inputs[0]!, context.attributes.permutation)),

  broadcast: (context) => viewed(context, broadcasted(context.inputs[0]!, context.outputs[0]!)),

  slice(context) {
    const [x] = context.inputs
    const starts = context.sizes(context.attributes.starts)
    const sizes = context.sizes(context.attributes.sizes)
    sizes.forEach((size, axis) => {
      const end = starts[axis]! + size
      const limit = x!.shape[axis]!
      if (end > limit) context.fail(`entries ${starts[axis]} to ${end} exceed axis ${axis} of ${limit}`)
    })
    return viewed(context, sliced(x!, starts, sizes))
  },

  flip: (context) => viewed(context, flipped(context.inputs[0]!, context.attributes.axes)),

  pad({ emitter, sizes, inputs: [x], kinds, attributes, outputs: [output] }) {
    const dst = emitter.result(output!, [x])
    const low = sizes(attributes.low)
    sizes(attributes.high)
    if (elements(x!.shape) < elements(dst.shape)) emitter.fill(dst, wordOf(kinds[0]!, attributes.value))
    emitter.copy(sliced(dst, low, x!.shape), x!)
    return [dst]
  },

  concat({ emitter, inputs, attributes: { axis }, outputs: [output] }) {
    const dst = emitter.result(output!, inputs)
    const strides = rowMajor(output!)
    let offset = 0
    for (const part of inputs) {
      emitter.copy({ ...viewOf(dst.storage, part.shape, offset), strides }, part)
      offset += part.shape[axis]! * strides[axis]!
    }
    return [dst]
  },
}
