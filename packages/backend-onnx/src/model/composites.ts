import type { CompositeName } from '@dragoman/core/backend'
import { writeAdams } from './composites/adam.ts'
import { attentions } from './composites/attention.ts'
import { crossEntropies } from './composites/cross-entropy.ts'
import { layerNorms } from './composites/layer-norm.ts'
import { softmaxes } from './composites/softmax.ts'
import type { Emitters } from './emitter.ts'

/** Composites that are written whole. */
export const composites: Partial<Emitters<CompositeName>> = {
  adam: (b, operands, attributes) => writeAdams(b, [operands], attributes)[0]!,
  ...attentions,
  ...crossEntropies,
  ...layerNorms,
  ...softmaxes,
}

/** Names of the composites that `writeModel` takes whole: what to pass to core's `lower`. */
export const onnxComposites: ReadonlySet<CompositeName> = new Set(Object.keys(composites) as CompositeName[])
