import { RandomStream, siteOf } from '../random/index.ts'
import { checkKnown, checkNumber, checkOneOf, checkProbability } from './check.ts'

/**
 * How likely the true token is fed, by step i counted from 0 (Bengio et al. 2015, arXiv:1506.03099,
 * section 2.4): `constant` k; `linear` max(minimum, k − c·i); `exponential` kⁱ;
 * `inverse-sigmoid` k / (k + e^(i/k)).
 */
export type SamplingConfig =
  | { readonly type: 'constant'; readonly k: number }
  | { readonly type: 'linear'; readonly k?: number; readonly c: number; readonly minimum?: number }
  | { readonly type: 'exponential'; readonly k: number }
  | { readonly type: 'inverse-sigmoid'; readonly k: number }

const fields: Readonly<Record<SamplingConfig['type'], readonly string[]>> = {
  constant: ['k'],
  linear: ['k', 'c', 'minimum'],
  exponential: ['k'],
  'inverse-sigmoid': ['k'],
}

/** Probability of the true token at a step from 0. Throws OptionError for what is unknown, missing or out of range. */
export function teacherProbability(config: SamplingConfig): (step: number) => number {
  checkOneOf('scheduledSampling.type', config?.type, Object.keys(fields))
  checkKnown('scheduledSampling', config, ['type', ...fields[config.type]])
  switch (config.type) {
    case 'constant':
      checkProbability('scheduledSampling.k', config.k)
      return () => config.k
    case 'linear': {
      const { k = 1, c, minimum = 0 } = config
      checkProbability('scheduledSampling.k', k)
      checkNumber('scheduledSampling.c', c, 0, Infinity)
      checkProbability('scheduledSampling.minimum', minimum)
      return (step) => Math.max(minimum, k - c * step)
    }
    case 'exponential':
      checkNumber('scheduledSampling.k', config.k, 0, 1)
      return (step) => config.k ** step
    case 'inverse-sigmoid':
      checkNumber('scheduledSampling.k', config.k, 1, Infinity)
      return (step) => config.k / (config.k + Math.exp(step / config.k))
  }
}

const site = siteOf('train.scheduled-sampling')

/** For each token of a batch [rows, length] whether the true one is fed; 1 in column 0. */
export function drawTeacher(
  seed: number,
  step: number,
  rows: number,
  length: number,
  probability: number,
): Uint8Array {
  const draws = new RandomStream(seed).uniform(new Float32Array(rows * length), { step, site })
  return Uint8Array.from(draws, (draw, i) => (i % length === 0 || draw < probability ? 1 : 0))
}
