import type { FramesConfig, SourceConfig, TokensConfig } from './config.ts'
import type { Reader } from './schema.ts'
import { byType, object, oneOf, refuse, sequenceOf, wholeNumber, withDefault } from './schema.ts'

const size = wholeNumber(1)

const frames: Reader<FramesConfig> = object<FramesConfig>({
  type: oneOf('frames'),
  features: size,
  kernel: withDefault(size, 3),
  strides: withDefault(sequenceOf(size), [2, 2]),
})

const anySource: Reader<SourceConfig> = byType<SourceConfig>({
  tokens: object<TokensConfig>({ type: oneOf('tokens') }),
  frames,
})

/** Reads what a source is made of. */
export const source: Reader<SourceConfig> = (value, path) => {
  const config = anySource(value, path)
  if (config.type === 'frames' && config.kernel % 2 === 0) {
    refuse(`${path}.kernel`, `${config.kernel} frames have none in the middle`, 'use an odd number')
  }
  return config
}
