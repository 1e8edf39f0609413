import type { Dim } from '../graph/dims.ts'
import { dynamicUpdate } from '../graph/indexing.ts'
import type { Place } from '../graph/movement.ts'
import { reshape, zeros } from '../graph/movement.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { multiHeadAttention } from '../nn/multi-head-attention.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import type { Randomness } from '../nn/random.ts'
import { ssru } from '../nn/ssru.ts'
import type { DecoderCache } from './decoder.ts'
import type { TransformerDecoderConfig } from './transformer-config.ts'
import { attentionOptions } from './transformer-config.ts'

type F = Tensor<'float'>

/** What a layer needs to know when all target tokens are there at once. */
export interface SequenceView {
  /** [1, H, T, T] added to the scores, if any. */
  readonly bias: F | undefined
  /** Turns heads [B, H, T, d] by their positions. */
  rotate(heads: F): F
}

/** What a layer needs to know when one token follows on those in the caches. */
export interface StepView {
  /** int scalar: how many tokens came before. */
  readonly position: Tensor<'int'>
  /** [1, 1, 1, capacity], true up to this token. */
  readonly isAllowed: Tensor<'bool'> | undefined
  /** [1, H, 1, capacity] added to the scores, if any. */
  readonly bias: F | undefined
  /** Turns heads [R, H, 1, d] by their position. */
  rotate(heads: F): F
}

/** The sub-layer by which a token of the target hears of those before it, and of none after. */
export interface SelfMixer {
  /** Its name among weights and scopes. */
  readonly name: 'self_attn' | 'ssru'
  readonly caches: readonly DecoderCache[]
  /** State before the first token, the caches left out. */
  start(place: Place, rows: Dim): Tensors
  /** All tokens at once: x [B, T, D] → output [B, T, D], weights [B, H, T, T] of an attention. */
  sequence(x: F, view: SequenceView, random?: Randomness): { output: F; weights?: F }
  /** One token: x [R, 1, D] → output [R, 1, D], the state after it, weights [R, H, 1, capacity]. */
  step(x: F, state: Tensors, view: StepView): { output: F; state: Tensors; weights?: F }
}

/** The mixer of a layer; its state stands under `prefix`. */
export function selfMixer(
  scope: ParameterScope,
  config: TransformerDecoderConfig,
  prefix: string,
): SelfMixer {
  return config.selfAttention === 'ssru'
    ? ssruMixer(scope, config, prefix)
    : causalAttention(scope, config, prefix)
}

/**
 * Masked self-attention: a token sees itself and those before it. Step by step, keys and values of the
 * tokens so far stand in caches, so that each is computed once.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3, third point.
 */
function causalAttention(scope: ParameterScope, config: TransformerDecoderConfig, prefix: string): SelfMixer {
  const attend = multiHeadAttention(scope.in('self_attn'), attentionOptions(config))
  const [keyName, valueName] = [`${prefix}.key`, `${prefix}.value`]
  const cache = (name: string): DecoderCache => ({
    name,
    kind: 'float',
    shape: ['rows', config.keyHeads, 'capacity', attend.headSize],
    axis: 2,
  })
  return {
    name: 'self_attn',
    caches: [cache(keyName), cache(valueName)],
    start: () => ({}),
    sequence(x, { bias, rotate }, random) {
      return attend.look(x, attend.memory(x, rotate), { bias, rotate, causal: true, random })
    },
    step(x, state, { position, isAllowed, bias, rotate }) {
      const fresh = attend.memory(x, rotate)
      const key = dynamicUpdate(state[keyName] as F, fresh.key, position, 2)
      const value = dynamicUpdate(state[valueName] as F, fresh.value, position, 2)
      const { output, weights } = attend.look(x, { key, value }, { isAllowed, bias, rotate })
      return { output, state: { [keyName]: key, [valueName]: value }, weights }
    },
  }
}

/** A simpler simple recurrent unit: its cell is all that it keeps, so a step costs the same at any length. */
function ssruMixer(
  scope: ParameterScope,
  { modelSize }: TransformerDecoderConfig,
  prefix: string,
): SelfMixer {
  const unit = ssru(scope.in('ssru'), modelSize)
  const name = `${prefix}.cell`
  return {
    name: 'ssru',
    caches: [],
    start: (place, rows) => ({ [name]: zeros(place, 'float', [rows, modelSize]) }),
    sequence: (x) => ({ output: unit.sequence(x, zeros(x, 'float', [x.size(0), modelSize])) }),
    step(x, state) {
      const row = [x.size(0), modelSize]
      const { output, cell } = unit.step(reshape(x, row), state[name] as F)
      return { output: reshape(output, x.shape), state: { [name]: cell } }
    },
  }
}
