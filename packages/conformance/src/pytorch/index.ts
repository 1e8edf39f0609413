import type { ConformanceCase } from '../case.ts'
import { attentionGoldens } from './attention.ts'
import { clippingGoldens } from './clipping.ts'
import { decoderGoldens } from './decoders.ts'
import { lossGoldens } from './losses.ts'
import { optimizerGoldens } from './optimizers.ts'
import { rnnGoldens } from './rnn.ts'

/** Expected numbers by PyTorch: what core and its reference could get wrong together. */
export function goldenConformanceCases(): ConformanceCase[] {
  return [
    ...rnnGoldens(),
    ...attentionGoldens(),
    ...decoderGoldens(),
    ...lossGoldens(),
    ...optimizerGoldens(),
    ...clippingGoldens(),
  ]
}
