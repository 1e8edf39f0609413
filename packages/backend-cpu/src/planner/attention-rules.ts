import { attentionGradScratchBytes, attentionRows, attentionScratchBytes } from '../plan/scratch.ts'
import type { Emitter } from './emitter.ts'
import type { OpContext, OpRule } from './op-context.ts'
import { broadcasted, elements, transposed, type View } from './view.ts'

/** Strides of an operand as the instruction names them: of batch, heads and rows, and of columns where asked. */
function stridesOf(name: string, view: View | undefined, withColumns = false): Record<string, number> {
  const axes = withColumns ? ['Batch', 'Head', 'Row', 'Column'] : ['Batch', 'Head', 'Row']
  return Object.fromEntries(axes.map((axis, i) => [`${name}${axis}`, view?.strides[i] ?? 0]))
}

/** A matrix for each head, read in place unless its rows have gaps between their elements. */
function readable(emitter: Emitter, view: View): View {
  emitter.ready(view)
  return view.shape[3] === 1 || view.strides[3] === 1 ? view : emitter.contiguous(view)
}

/** An operand that repeats to the scores; columns one after another, or all the same. */
function repeated(emitter: Emitter, view: View, scores: readonly number[]): View {
  emitter.ready(view)
  const whole = broadcasted(view, scores)
  const column = scores[3] === 1 ? 0 : whole.strides[3]!
  if (column === 0 || column === 1) return withColumnStride(whole, column)
  return broadcasted(emitter.contiguous(view), scores)
}

function withColumnStride(view: View, stride: number): View {
  return { ...view, strides: [...view.strides.slice(0, 3), stride] }
}

/**
 * A result [B, H, T, d] that lies in memory as [B, T, H, d]: heads are joined again after attention, and their
 * gradients before it, so that neither needs a copy.
 */
function headsInside(emitter: Emitter, shape: readonly number[], from: readonly View[]): View {
  const [B, H, T, d] = shape as [number, number, number, number]
  return transposed(emitter.result([B, T, H, d], from), [0, 2, 1, 3])
}

interface Operands {
  readonly reads: Readonly<Record<string, View | undefined>>
  readonly numbers: Readonly<Record<string, number>>
}

function operandsOf(
  { emitter, inputs, attributes }: OpContext<'attention' | 'attentionGrad'>,
  optional: readonly View[],
): Operands {
  const [query, key, value] = inputs.slice(0, 3).map((view) => readable(emitter, view)) as [View, View, View]
  const [batch, heads, target, width] = query.shape as [number, number, number, number]
  const [, keyHeads, source, valueWidth] = value.shape as [number, number, number, number]
  const rest = [...optional]
  const scores = [batch, heads, target, source]
  const next = (isThere: boolean) => (isThere ? repeated(emitter, rest.shift()!, scores) : undefined)
  const isAllowed = next(attributes.hasAllowed)
  const bias = next(attributes.hasBias)
  const mask = next(attributes.hasMask)
  const sizes = { target, source, width, valueWidth }
  const numbers = {
    ...sizes,
    batch,
    heads,
    keyHeads,
    rows: attentionRows(sizes),
    causal: Number(attributes.causal),
    scale: attributes.scale,
    ...stridesOf('query', query),
    ...stridesOf('key', key),
    ...stridesOf('value', value),
    ...stridesOf('isAllowed', isAllowed, true),
    ...stridesOf('bias', bias, true),
    ...stridesOf('mask', mask, true),
  }
  return { reads: { query, key, value, isAllowed, bias, mask }, numbers }
}

function viewsOf(reads: Operands['reads']): View[] {
  return Object.values(reads).filter((view) => view !== undefined)
}

const blockOf = ({ numbers }: Operands) => ({
  target: numbers.target!,
  source: numbers.source!,
  width: numbers.width!,
  valueWidth: numbers.valueWidth!,
})

/** Softmax of scores times values, without the scores of more than a block of queries in memory. */
export const attentionRules: { readonly [O in 'attention' | 'attentionGrad']: OpRule<O> } = {
  attention(context) {
    const { emitter, inputs, outputs } = context
    const operands = operandsOf(context as OpContext<'attention' | 'attentionGrad'>, inputs.slice(3))
    const { reads, numbers } = operands
    const result = headsInside(emitter, outputs[0]!, viewsOf(reads))
    emitter.plain({
      name: 'attention',
      writes: { context: result },
      reads,
      numbers: { ...numbers, ...stridesOf('context', result) },
      scratchBytes: attentionScratchBytes(blockOf(operands)),
    })
    return [result]
  },

  attentionGrad(context) {
    const { emitter, inputs, outputs, attributes } = context
    const operands = operandsOf(context as OpContext<'attention' | 'attentionGrad'>, inputs.slice(4))
    const dContext = readable(emitter, inputs[3]!)
    const reads: Operands['reads'] = { ...operands.reads, dContext }
    const from = viewsOf(reads)
    const results = outputs.slice(0, 3).map((shape) => headsInside(emitter, shape, from)) as [
      View,
      View,
      View,
    ]
    const [dQuery, dKey, dValue] = results
    const dBias = attributes.biasGradient ? emitter.result(outputs[3]!, from) : undefined
    // The bias is read with the strides of its gradient, so it must lie as that does.
    const scores = [...inputs[0]!.shape.slice(0, 3), inputs[1]!.shape[2]!]
    const bias = dBias ? contiguousBias(context, scores) : reads.bias
    emitter.plain({
      name: 'attentionGrad',
      writes: { dQuery, dKey, dValue, ...(dBias ? { dBias } : {}) },
      reads: { ...reads, bias },
      numbers: {
        ...operands.numbers,
        ...stridesOf('bias', bias, true),
        biasElements: dBias ? elements(dBias.shape) : 0,
        ...stridesOf('dContext', dContext),
        ...stridesOf('dQuery', dQuery),
        ...stridesOf('dKey', dKey),
        ...stridesOf('dValue', dValue),
      },
      scratchBytes: attentionGradScratchBytes(blockOf(operands)),
    })
    return dBias ? [...results, dBias] : results
  },
}

function contiguousBias(
  { emitter, inputs, attributes }: OpContext<'attentionGrad'>,
  scores: readonly number[],
): View {
  const whole = broadcasted(emitter.contiguous(inputs[attributes.hasAllowed ? 5 : 4]!), scores)
  return scores[3] === 1 ? withColumnStride(whole, 0) : whole
}
