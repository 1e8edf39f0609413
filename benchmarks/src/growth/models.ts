import { recurrentConfig, transformerConfig } from '../workloads/training.ts'
import { type Sizes, vocabulary } from './growth.ts'

/** Configurations by the names under which they are told. */
export const configs: Readonly<
  Record<string, (sizes: Pick<Sizes, 'width' | 'layers'>) => Readonly<Record<string, unknown>>>
> = {
  Transformer: ({ width, layers }) =>
    transformerConfig({
      vocabulary,
      width,
      layers,
      heads: 4,
      inner: 4 * width,
      activation: 'relu',
      tied: false,
    }),
  'LSTM with attention': (sizes) => recurrentConfig('lstm', sizes),
}
