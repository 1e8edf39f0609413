import {
  type HostArray,
  type PrimitiveName,
  primitiveNames,
  type Tensor,
  type Trace,
  trace,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { expectAgrees } from './testing/compare-backends.ts'
import { type Case, primitiveCases } from './testing/primitive-cases.ts'

/** One op with its operands as inputs; then on operands that are views, and with its result used in a chain. */
function graphOf(
  op: PrimitiveName,
  { operands, attributes }: Case,
  wrap: (place: Trace, x: Tensor) => Tensor,
) {
  return trace(op, (place) => {
    const inputs = operands.map(({ kind, shape }, i) => wrap(place, place.input(`${i}`, kind, shape)))
    const results = place.emit(op, inputs, attributes as never)
    return Object.fromEntries(results.map((result, i) => [`result${i}`, result]))
  })
}

/** The same tensor, by way of a transpose and back, which leaves a copy in transposed order in between. */
function throughTranspose(place: Trace, x: Tensor): Tensor {
  if (x.rank < 2) return x
  const permutation = x.shape.map((_, axis) => x.rank - 1 - axis)
  const flippedOver = place.emit('transpose', [x], { permutation })[0]!
  // A concat of one part is a copy: the second transpose is a view of transposed memory.
  const copied = place.emit('concat', [flippedOver], { axis: 0 })[0]!
  return place.emit('transpose', [copied], { permutation })[0]!
}

describe.each(primitiveNames)('%s', (op) => {
  const own = primitiveCases[op]

  test('is tried', () => {
    expect(own.length).toBeGreaterThan(0)
  })

  test('agrees with the float64 reference on both engines', async () => {
    for (const each of own)
      await expectAgrees(
        graphOf(op, each, (_, x) => x),
        inputsOf(each),
      )
  })

  test('agrees on operands that are transposed in memory', async () => {
    for (const each of own) await expectAgrees(graphOf(op, each, throughTranspose), inputsOf(each))
  })
})

function inputsOf({ operands }: Case): Record<string, HostArray> {
  return Object.fromEntries(operands.map((operand, i) => [`${i}`, operand]))
}
