import type { Dim, Shape } from './dims.ts'
import type { Kind, ValueType } from './graph.ts'
import type { Attributes } from './ops.ts'
import type { Fail, ShapeRule } from './rule.ts'
import { expectKind, expectRank, expectShape } from './rule.ts'

/** Sizes of query [B, H, T, d], key [B, H′, S, d] and value [B, H′, S, e]. */
interface AttentionSizes {
  /** [B, H, T, S] */
  readonly scores: Shape
  /** [B, H, T, e] */
  readonly context: Shape
}

function attentionSizes(inputs: readonly ValueType[], fail: Fail): AttentionSizes {
  ;['query', 'key', 'value'].forEach((name, i) => {
    expectKind(inputs[i]!, ['float'], fail)
    expectRank(name, inputs[i]!, 4, fail)
  })
  const [query, key, value] = inputs.map(({ shape }) => shape) as [Shape, Shape, Shape]
  const [B, H, T, d] = query as [Dim, Dim, Dim, Dim]
  const [, keyHeads, S] = key as [Dim, Dim, Dim]
  if (typeof d !== 'number') fail(`the size of a head must be a number, but it is '${d}'`)
  expectShape('key', inputs[1]!, [B, keyHeads, S, d], fail)
  expectShape('value', inputs[2]!, [B, keyHeads, S, value[3]!], fail)
  const isMultiple = typeof H === 'number' && typeof keyHeads === 'number' && H % keyHeads === 0
  if (H !== keyHeads && !isMultiple) {
    fail(`the ${H} heads of the query must be a multiple of the ${keyHeads} heads of key and value`)
  }
  return { scores: [B, H, T, S], context: [B, H, T, value[3]!] }
}

function expectRepeatable(name: string, input: ValueType, kind: Kind, scores: Shape, fail: Fail): void {
  expectKind(input, [kind], fail)
  const { shape } = input
  if (shape.length === 4 && shape.every((dim, axis) => dim === 1 || dim === scores[axis])) return
  fail(`${name} [${shape.join(', ')}] does not broadcast to the scores [${scores.join(', ')}]`)
}

/** Checks isAllowed, bias and mask, as far as they are there; gives the bias. */
function expectOptional(
  operands: readonly ValueType[],
  { hasAllowed, hasBias, hasMask }: Attributes<'attention'>,
  scores: Shape,
  fail: Fail,
): ValueType | undefined {
  const names = [hasAllowed && 'isAllowed', hasBias && 'bias', hasMask && 'mask'].filter(
    (name) => name !== false,
  )
  if (operands.length !== names.length) {
    fail(
      `${names.length} optional operands are named (${names.join(', ')}), but ${operands.length} are given`,
    )
  }
  names.forEach((name, i) => {
    expectRepeatable(name, operands[i]!, name === 'isAllowed' ? 'bool' : 'float', scores, fail)
  })
  return hasBias ? operands[names.indexOf('bias')] : undefined
}

/** What attention takes and gives; the meaning stands with `composites/attention.ts`. */
export const attentionRules: { readonly [O in 'attention' | 'attentionGrad']: ShapeRule<O> } = {
  attention: {
    operands: 'query key value isAllowed? bias? mask?',
    infer(inputs, attributes, fail) {
      const { scores, context } = attentionSizes(inputs, fail)
      expectOptional(inputs.slice(3), attributes, scores, fail)
      return [{ kind: 'float', shape: context }]
    },
  },
  attentionGrad: {
    operands: 'query key value dContext isAllowed? bias? mask?',
    infer(inputs, attributes, fail) {
      const { scores, context } = attentionSizes(inputs, fail)
      const [query, key, value, dContext] = inputs as [ValueType, ValueType, ValueType, ValueType]
      expectKind(dContext, ['float'], fail)
      expectShape('dContext', dContext, context, fail)
      const bias = expectOptional(inputs.slice(4), attributes, scores, fail)
      if (!attributes.biasGradient) return [query, key, value]
      if (!bias) return fail('the gradient of a bias is asked for, but there is no bias')
      return [query, key, value, bias]
    },
  },
}
