import type { CompositeName } from '@dragoman/core/backend'
import { gruScratchBytes, lstmScratchBytes } from '../plan/scratch.ts'
import { attentionRules } from './attention-rules.ts'
import { normRules } from './norm-rules.ts'
import type { OpContext, OpRule } from './op-context.ts'
import { elements, type View } from './view.ts'

/** Operands without gaps; what is missing or surely zero stays away. */
function contiguousOnes({ emitter, inputs }: OpContext<CompositeName>): View[] {
  return inputs.map((view) => emitter.contiguous(view))
}

/** An op over rows of the last axis. */
function overRows<O extends CompositeName>(
  name: 'softmax' | 'logSoftmax' | 'softmaxGrad' | 'logSoftmaxGrad',
  operands: readonly string[],
): OpRule<O> {
  return (context) => {
    const views = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const shape = context.outputs[0]!
    const dst = context.emitter.result(shape, views)
    const n = shape.at(-1)!
    if (n === 0) return [dst]
    const reads = Object.fromEntries(operands.map((key, i) => [key, views[i]!]))
    context.emitter.plain({ name, writes: { dst }, reads, numbers: { rows: elements(shape) / n, n } })
    return [dst]
  }
}

/** Steps, batch and hidden size from states [T, B, H]. */
function recurrentSizes([steps, batch, hidden]: readonly number[], reverse: boolean): Record<string, number> {
  return { steps: steps!, batch: batch!, hidden: hidden!, reverse: Number(reverse) }
}

export const compositeRules: { readonly [O in CompositeName]: OpRule<O> } = {
  softmax: overRows('softmax', ['src']),
  softmaxGrad: overRows('softmaxGrad', ['y', 'dy']),
  logSoftmax: overRows('logSoftmax', ['src']),
  logSoftmaxGrad: overRows('logSoftmaxGrad', ['y', 'dy']),

  crossEntropy(context) {
    const { emitter, attributes, outputs } = context
    const [logits, labels] = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const loss = emitter.result(outputs[0]!, [logits, labels])
    const numbers = { rows: elements(loss.shape), n: logits!.shape.at(-1)!, smoothing: attributes.smoothing }
    emitter.plain({ name: 'crossEntropy', writes: { loss }, reads: { logits, labels }, numbers })
    return [loss]
  },

  crossEntropyGrad(context) {
    const { emitter, attributes, outputs } = context
    const [logits, labels, dLoss] = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const dLogits = emitter.result(outputs[0]!, [logits, labels, dLoss])
    const numbers = {
      rows: elements(labels!.shape),
      n: logits!.shape.at(-1)!,
      smoothing: attributes.smoothing,
    }
    emitter.plain({
      name: 'crossEntropyGrad',
      writes: { dLogits },
      reads: { logits, labels, dLoss },
      numbers,
    })
    return [dLogits]
  },

  ...normRules,
  ...attentionRules,

  lstm(context) {
    const { emitter, attributes, outputs } = context
    const views = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const [xProjection, weightHh, h0, c0, isReal] = views
    const [states, cells, gates] = outputs.map((shape) => emitter.result(shape, views)) as [View, View, View]
    const numbers = recurrentSizes(states.shape, attributes.reverse)
    emitter.plain({
      name: 'lstmForward',
      writes: { states, cells, gates },
      reads: { xProjection, weightHh, h0, c0, isReal },
      numbers,
      scratchBytes: lstmScratchBytes(numbers.batch!, numbers.hidden!),
    })
    return [states, cells, gates]
  },

  lstmGrad(context) {
    const { emitter, inputs, attributes, outputs } = context
    const [weight, c, cellsView, gatesView, dStatesView, dCellsView, mask] = inputs
    const read = (view: View | undefined) => view && emitter.contiguous(view)
    const readUnlessZero = (view: View) => (emitter.isZero(view) ? undefined : read(view))
    const reads = {
      weightHh: read(weight),
      c0: read(c),
      isReal: read(mask),
      cells: read(cellsView),
      gates: read(gatesView),
      dStates: readUnlessZero(dStatesView!),
      dCells: readUnlessZero(dCellsView!),
    }
    const views = Object.values(reads)
    const [dXProjection, dH0, dC0] = outputs.map((shape) => emitter.result(shape, views)) as [
      View,
      View,
      View,
    ]
    const numbers = recurrentSizes(cellsView!.shape, attributes.reverse)
    emitter.plain({
      name: 'lstmBackward',
      writes: { dXProjection, dH0, dC0 },
      reads,
      numbers,
      scratchBytes: lstmScratchBytes(numbers.batch!, numbers.hidden!),
    })
    return [dXProjection, dH0, dC0]
  },

  gru(context) {
    const { emitter, attributes, outputs } = context
    const views = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const [xProjection, weightHh, biasHh, h0, isReal] = views
    const results = outputs.map((shape) => emitter.result(shape, views)) as [View, View, View]
    const [states, gates, candidate] = results
    const sizes = recurrentSizes(states.shape, attributes.reverse)
    emitter.plain({
      name: 'gruForward',
      writes: { states, gates, candidate },
      reads: { xProjection, weightHh, biasHh, h0, isReal },
      numbers: { ...sizes, resetAfter: Number(attributes.resetAfter) },
      scratchBytes: gruScratchBytes(sizes.batch!, sizes.hidden!),
    })
    return results
  },

  gruGrad(context) {
    const { emitter, inputs, attributes, outputs } = context
    const [weight, h, statesView, gatesView, candidateView, dStatesView, mask] = inputs
    const read = (view: View | undefined) => view && emitter.contiguous(view)
    const reads = {
      weightHh: read(weight),
      h0: read(h),
      isReal: read(mask),
      states: read(statesView),
      gates: read(gatesView),
      candidate: read(candidateView),
      dStates: emitter.isZero(dStatesView!) ? undefined : read(dStatesView),
    }
    const views = Object.values(reads)
    const results = outputs.map((shape) => emitter.result(shape, views)) as [View, View, View]
    const [dXProjection, dHProjection, dH0] = results
    const sizes = recurrentSizes(statesView!.shape, attributes.reverse)
    emitter.plain({
      name: 'gruBackward',
      writes: { dXProjection, dHProjection, dH0 },
      reads,
      numbers: { ...sizes, resetAfter: Number(attributes.resetAfter) },
      scratchBytes: gruScratchBytes(sizes.batch!, sizes.hidden!),
    })
    return results
  },

  adam(context) {
    const { emitter, attributes, outputs } = context
    const views = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const [param, grad, m, v, learningRate, correction1, correction2, gradScale] = views
    const results = outputs.map((shape) => emitter.result(shape, views)) as [View, View, View]
    const [paramOut, mOut, vOut] = results
    const { beta1, beta2, epsilon: eps, weightDecay, decoupled } = attributes
    emitter.plain({
      name: 'adam',
      writes: { paramOut, mOut, vOut },
      reads: { param, grad, m, v, learningRate, correction1, correction2, gradScale },
      numbers: {
        n: elements(param!.shape),
        beta1,
        // In double, before rounding: 1 − f32(0.999) would be wrong in the fifth digit.
        oneMinusBeta1: 1 - beta1,
        beta2,
        oneMinusBeta2: 1 - beta2,
        eps,
        weightDecay,
        decoupled: Number(decoupled),
      },
      share: [
        ['paramOut', 'param'],
        ['mOut', 'm'],
        ['vOut', 'v'],
      ],
    })
    return results
  },

  /** The threshold is the one of core's random stream, so that the bits agree. */
  dropoutMask(context) {
    const { emitter, attributes, outputs } = context
    const [key] = contiguousOnes(context as unknown as OpContext<CompositeName>)
    const { rate, site } = attributes
    const dst = emitter.result(outputs[0]!, [key])
    const threshold = Math.floor(rate * 2 ** 32) | 0
    const numbers = { n: elements(dst.shape), threshold, scale: 1 / (1 - rate), site: site | 0 }
    emitter.plain({ name: 'dropoutMask', writes: { dst }, reads: { key }, numbers })
    return [dst]
  },
}

/** The composites that the backend takes whole. */
export const fusedNames: readonly CompositeName[] = Object.keys(compositeRules) as CompositeName[]
