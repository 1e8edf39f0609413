import type { OpRule } from './op-context.ts'
import { elements } from './view.ts'

type IndexingName =
  | 'gather'
  | 'scatterAdd'
  | 'gatherAlong'
  | 'scatterAlong'
  | 'dynamicSlice'
  | 'dynamicUpdate'

/** Sizes before an axis, of the axis, and behind it. */
function around(shape: readonly number[], axis: number): { outer: number; axisSize: number; inner: number } {
  return {
    outer: elements(shape.slice(0, axis)),
    axisSize: shape[axis]!,
    inner: elements(shape.slice(axis + 1)),
  }
}

export const indexingRules: { readonly [O in IndexingName]: OpRule<O> } = {
  gather({ emitter, inputs, attributes: { axis }, outputs: [output] }) {
    const [table, ids] = inputs.map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    const numbers = { ...around(table!.shape, axis), count: elements(ids!.shape) }
    emitter.plain({ name: 'gather', writes: { dst }, reads: { table, ids }, numbers })
    return [dst]
  },

  scatterAdd({ emitter, inputs, kinds, attributes: { axis }, outputs: [output] }) {
    const [ids, updates] = inputs.map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    const isInt = Number(kinds[1] === 'int')
    const numbers = { ...around(output!, axis), count: elements(ids!.shape), accumulate: 0, isInt }
    emitter.plain({ name: 'scatterAdd', writes: { dst }, reads: { updates, ids }, numbers })
    return [dst]
  },

  gatherAlong({ emitter, inputs, attributes: { axis }, outputs: [output] }) {
    const [src, ids] = inputs.map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    const numbers = { ...around(src!.shape, axis), count: ids!.shape[axis]! }
    emitter.plain({ name: 'gatherAlong', writes: { dst }, reads: { src, ids }, numbers })
    return [dst]
  },

  scatterAlong({ emitter, inputs, kinds, attributes: { axis }, outputs: [output] }) {
    const [ids, updates] = inputs.map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    const isInt = Number(kinds[1] === 'int')
    const numbers = { ...around(output!, axis), count: ids!.shape[axis]!, accumulate: 0, isInt }
    emitter.plain({ name: 'scatterAlongAdd', writes: { dst }, reads: { updates, ids }, numbers })
    return [dst]
  },

  dynamicSlice({ emitter, fail, inputs, attributes: { axis }, outputs: [output] }) {
    const [src, start] = inputs.map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    const count = output![axis]!
    const numbers = { ...around(src!.shape, axis), count }
    if (count > numbers.axisSize) fail(`a window of ${count} exceeds axis ${axis} of ${numbers.axisSize}`)
    emitter.plain({ name: 'dynamicSlice', writes: { dst }, reads: { src, start }, numbers })
    return [dst]
  },

  /** A copy, which vanishes where x is not needed afterwards, and the window written into it. */
  dynamicUpdate({ emitter, fail, inputs, attributes: { axis }, outputs: [output] }) {
    const [update, start] = inputs.slice(1).map((view) => emitter.contiguous(view))
    const dst = emitter.result(output!, inputs)
    emitter.copy(dst, inputs[0]!)
    const numbers = { ...around(output!, axis), count: update!.shape[axis]! }
    if (numbers.count > numbers.axisSize) fail('the update is larger than what it updates')
    if (elements(update!.shape) === 0) return [dst]
    emitter.plain({ name: 'dynamicUpdate', writes: { dst }, reads: { update, start }, numbers })
    return [dst]
  },
}
