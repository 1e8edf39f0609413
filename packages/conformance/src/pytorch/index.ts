import type { ConformanceCase } from '../case.ts'
import { attentionGoldens } from './attention.ts'
import { clippingGoldens } from './clipping.ts'
import { decoderGoldens } from './decoders.ts'
import { functionGoldens } from './functions.ts'
import { lossGoldens } from './losses.ts'
import { optimizerGoldens } from './optimizers.ts'
import { positionGoldens } from './positions.ts'
import { rDropGoldens } from './r-drop.ts'
import { reverseTransformerGoldens } from './reverse-transformer.ts'
import { rnnGoldens } from './rnn.ts'
import { transformerPartGoldens } from './transformer-parts.ts'
import { transformerGoldens } from './transformers.ts'

/** Expected numbers by PyTorch: what core and its reference could get wrong together. */
export function goldenConformanceCases(): ConformanceCase[] {
  return [
    ...rnnGoldens(),
    ...attentionGoldens(),
    ...decoderGoldens(),
    ...lossGoldens(),
    ...rDropGoldens(),
    ...functionGoldens(),
    ...transformerPartGoldens(),
    ...transformerGoldens(),
    ...positionGoldens(),
    ...reverseTransformerGoldens(),
    ...optimizerGoldens(),
    ...clippingGoldens(),
  ]
}
