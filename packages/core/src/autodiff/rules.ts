import type { OpName } from '../graph/ops.ts'
import { compositeGradients } from './composite.ts'
import { elementwiseGradients } from './elementwise.ts'
import type { GradientRule } from './rule.ts'
import { scanGradient } from './scan.ts'
import { indexingGradients, matmulGradient, movementGradients, reductionGradients } from './structural.ts'

/** How an op is differentiated: by a rule, through its body, or not at all (its gradient is 0 or none). */
export type Differentiation<O extends OpName> = GradientRule<O> | 'body' | 'none'

/** One entry for every op. */
export const gradientRules: { readonly [O in OpName]: Differentiation<O> } = {
  ...elementwiseGradients,
  ...movementGradients,
  ...indexingGradients,
  ...reductionGradients,
  ...compositeGradients,
  matmul: matmulGradient,
  scan: scanGradient,
  constant: 'none',
  iota: 'none',
  size: 'none',
  sign: 'none',
  floor: 'none',
  not: 'none',
  cast: 'none',
  equal: 'none',
  less: 'none',
  lessEqual: 'none',
  and: 'none',
  or: 'none',
  argMax: 'none',
  dropoutMask: 'none',
  softmaxGrad: 'body',
  logSoftmaxGrad: 'body',
  crossEntropyGrad: 'body',
  layerNormGrad: 'body',
  rmsNormGrad: 'body',
  attentionGrad: 'body',
  lstmGrad: 'body',
  gruGrad: 'body',
  adam: 'body',
}

/** Ops that a gradient flows through, by a rule of their own or through their body. */
export const differentiableOps: readonly OpName[] = (Object.keys(gradientRules) as OpName[]).filter(
  (op) => gradientRules[op] !== 'none',
)
