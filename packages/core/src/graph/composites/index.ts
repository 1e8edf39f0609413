import type { Attributes, CompositeName } from '../ops.ts'
import type { Tensor } from '../tensor.ts'
import { adamBody } from './adam.ts'
import { attentionBody, attentionGradBody } from './attention.ts'
import { crossEntropyBody, crossEntropyGradBody } from './cross-entropy.ts'
import { gruBody, gruGradBody } from './gru.ts'
import { layerNormBody, layerNormGradBody } from './layer-norm.ts'
import { lstmBody, lstmGradBody } from './lstm.ts'
import { rmsNormBody, rmsNormGradBody } from './rms-norm.ts'
import { logSoftmaxBody, logSoftmaxGradBody, softmaxBody, softmaxGradBody } from './softmax.ts'

/** A composite written in primitives (and other composites, which have bodies in turn). */
export type Body<O extends CompositeName> = (inputs: readonly Tensor[], attributes: Attributes<O>) => Tensor[]

/** `dropoutMask` has no body: where a backend cannot draw the bits, core draws them as an input. */
export type BodiedName = Exclude<CompositeName, 'dropoutMask'>

/** What each composite means. */
export const bodies: { readonly [O in BodiedName]: Body<O> } = {
  softmax: softmaxBody,
  softmaxGrad: softmaxGradBody,
  logSoftmax: logSoftmaxBody,
  logSoftmaxGrad: logSoftmaxGradBody,
  crossEntropy: crossEntropyBody,
  crossEntropyGrad: crossEntropyGradBody,
  layerNorm: layerNormBody,
  layerNormGrad: layerNormGradBody,
  rmsNorm: rmsNormBody,
  rmsNormGrad: rmsNormGradBody,
  attention: attentionBody,
  attentionGrad: attentionGradBody,
  lstm: lstmBody,
  lstmGrad: lstmGradBody,
  gru: gruBody,
  gruGrad: gruGradBody,
  adam: adamBody,
}
