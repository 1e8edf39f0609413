import { gelu } from '../graph/activations.ts'
import { mulDims } from '../graph/dims.ts'
import { add, div, less, select } from '../graph/elementwise.ts'
import { expandDims, iota, reshape } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Convolution } from './convolution.ts'
import { convolution } from './convolution.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>

/** What a speech front is made of. */
export interface SpeechFrontOptions {
  /** Features of a frame, such as 80 log-mel energies. */
  readonly features: number
  /** Features of what comes out. */
  readonly size: number
  /** Frames that an output of a convolution sees; odd. */
  readonly kernel: number
  /** The stride of each convolution, in order. */
  readonly strides: readonly number[]
}

/** Turns frames into fewer vectors that an encoder can read. */
export interface SpeechFront {
  /** Frames that become one vector: the product of the strides. */
  readonly reduction: number
  /**
   * @param frames  [B, S, reduction · features]: frames [B, reduction · S, features] with `reduction` of them
   *   in a row, which is the same memory.
   * @param lengths int [B], real frames of each row.
   * @returns x [B, S, size] and lengths int [B], ⌈frames / reduction⌉.
   */
  apply(frames: F, lengths: Tensor<'int'>): { x: F; lengths: Tensor<'int'> }
}

/**
 * Strided convolutions with GELU over log-mel frames, `conv1`, `conv2` …, as in front of Whisper's encoder.
 * What comes from padding is set to 0 between them, so that padding changes nothing.
 *
 * Source: Radford et al. 2022, arXiv:2212.04356, section 2.2.
 */
export function speechFront(scope: ParameterScope, options: SpeechFrontOptions): SpeechFront {
  const { features, size, kernel, strides } = options
  const reduction = strides.reduce((product, stride) => product * stride, 1)
  const layers: Convolution[] = strides.map((stride, i) => {
    const inputSize = i === 0 ? features : size
    return convolution(scope.in(`conv${i + 1}`), { inputSize, outputSize: size, kernel, stride })
  })
  return {
    reduction,
    apply(frames, lengths) {
      const [B, S] = [frames.size(0), frames.size(1)]
      let [x, real, factor] = [reshape(frames, [B, mulDims(reduction, S), features]), lengths, reduction]
      x = withoutPadding(x, real)
      layers.forEach((layer, i) => {
        const stride = strides[i]!
        factor /= stride
        real = stride === 1 ? real : div(add(real, stride - 1), stride)
        x = withoutPadding(gelu(layer.apply(x, mulDims(factor, S))), real)
      })
      return { x, lengths: real }
    },
  }
}

/** x [B, N, F] with 0 from each row's length on. */
function withoutPadding(x: F, lengths: Tensor<'int'>): F {
  const isReal = less(expandDims(iota(x, [x.size(1)]), 0), expandDims(lengths, 1))
  return select(expandDims(isReal, 2), x, 0)
}
