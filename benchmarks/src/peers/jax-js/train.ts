import { blockUntilReady, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import type { TrainingWorkload } from '../../workloads/names.ts'
import { randomBatch, sizes } from '../../workloads/training.ts'
import { transformers } from '../../workloads/transformer-sizes.ts'
import { timeFirst, trainingWeights } from '../by-hand.ts'
import type { Entrant } from '../entrant.ts'
import { type A, integers, type Parameters, parametersOf, versionOfJax } from './engine.ts'
import { causalMask, crossEntropy, sinusoids } from './layers.ts'
import { recurrentLogits } from './recurrent.ts'
import { Transformer } from './transformer.ts'

const [beta1, beta2, learningRate, adamEpsilon] = [0.9, 0.999, 1e-4, 1e-8]
const { batch: B, source: S, target: N } = sizes

/** Trains a model written for jax-js: loss, gradient and Adam in one compiled function. */
export function trainByHand(workload: TrainingWorkload): Entrant {
  const order = workload === 'TT' ? (ids: Int32Array) => ids : timeFirst
  const { source, targetInput, targetOutput } = randomBatch()
  const [from, to, labels] = [source, targetInput, targetOutput].map((ids) =>
    integers(order(ids!.data as Int32Array)),
  ) as [A, A, A]
  const logitsOf =
    workload === 'TT'
      ? transformerLogits()
      : (p: Parameters) => recurrentLogits(p, workload === 'TR', from.ref, to.ref)
  const loss = (p: Parameters): A => crossEntropy(logitsOf(p, from, to), labels.ref)
  const update = jit((p: Parameters, m: Parameters, v: Parameters, rate: A, epsilon: A) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(p)) as [A, Parameters]
    const next: Record<'p' | 'm' | 'v', Parameters> = { p: {}, m: {}, v: {} }
    for (const name of Object.keys(p)) {
      const g = gradient[name]!
      next.m[name] = m[name]!.mul(beta1).add(g.ref.mul(1 - beta1))
      next.v[name] = v[name]!.mul(beta2).add(np.square(g).mul(1 - beta2))
      const step = rate.ref.mul(next.m[name]!.ref).div(np.sqrt(next.v[name]!.ref).add(epsilon.ref))
      next.p[name] = p[name]!.sub(step)
    }
    return [next, value] as [typeof next, A]
  })
  const p = parametersOf(trainingWeights(workload))
  const zeros = () => tree.map((x: A) => np.zeros(x.shape), p) as Parameters
  let state = { p, m: zeros(), v: zeros() }
  let count = 0
  return {
    facts: { version: versionOfJax() },
    tasks: {
      async [workload]() {
        count++
        // Adam's corrections, moved from the moments to the rate and to epsilon.
        const correction = Math.sqrt(1 - beta2 ** count)
        const rate = np.array((learningRate * correction) / (1 - beta1 ** count))
        const [next, value] = update(state.p, state.m, state.v, rate, np.array(adamEpsilon * correction))
        state = next
        const [result] = await value.data()
        await blockUntilReady(tree.ref(state.p))
        return [Number(result)]
      },
    },
  }
}

function transformerLogits(): (p: Parameters, source: A, target: A) => A {
  const shape = transformers.DS
  const model = new Transformer(shape)
  const [positions, mask] = [sinusoids(S, shape.width), causalMask(N)]
  return (p, source, target) => {
    const sources = model.sources(p, model.encode(p, source.ref, B, positions.ref), B)
    return model.decode(p, target.ref, B, positions.ref, sources, (now) => now, mask.ref)
  }
}
