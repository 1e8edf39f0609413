import type { Tensor } from '@dragoman/core'
import {
  dropout,
  dropoutMask,
  lower,
  mul,
  ParameterScope,
  Randomness,
  RandomStream,
  rnn,
  siteOf,
  trace,
} from '@dragoman/core'
import { floats, ints } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import type { Generator } from '../generator.ts'
import { decoderKinds } from './decoder-kinds.ts'
import { law, lawTolerances } from './law.ts'
import { forwardGraph } from './model-graphs.ts'
import { randomBatch, randomModel, weightsOf } from './random-model.ts'

/** A random seed of 53 bits, its words, and a step. */
function randomKey(draw: Generator) {
  const [low, high, step] = [
    draw.integer(0, 2 ** 24) * 251,
    draw.integer(0, 2 ** 20),
    draw.integer(0, 2 ** 20),
  ]
  return { seed: high * 2 ** 32 + low, step, key: ints([3], Int32Array.of(low, high, step)) }
}

/** Masks have the bits of Philox at (seed, step, site, index), whoever draws them. */
const bits: readonly ConformanceCase[] = [0, 0.1, 0.5, 0.9].map((rate) =>
  law(
    `dropout masks of rate ${rate} are those of the random stream`,
    async (context, draw) => {
      const { seed, step, key } = randomKey(draw)
      const sites = [siteOf('encoder.embedding'), siteOf('decoder.embedding')]
      const graph = trace('masks', (place) => {
        const words = place.input('key', 'int', [3])
        place.input('x', 'float', ['batch', 'time'])
        return Object.fromEntries(
          sites.map((site, i) => [
            `mask ${i}`,
            dropoutMask({ key: words, site }, ['time', 'batch', 3], rate),
          ]),
        )
      })
      const [B, T] = [draw.integer(1, 5), draw.integer(1, 7)]
      const outputs = await context.run(graph, { key, x: draw.floats([B, T]) })
      const stream = new RandomStream(seed)
      sites.forEach((site, i) => {
        const expected = floats([T, B, 3], stream.dropoutMask(T * B * 3, rate, { step, site }))
        const got = outputs[`mask ${i}`]!
        // A backend that draws in float64 keeps 1 / (1 − rate) in float64.
        const rounded = floats(got.shape, Float32Array.from(got.data))
        context.expectClose({ mask: rounded }, { mask: expected }, exact)
      })
    },
    { level: 'training', ops: ['dropoutMask'] },
  ),
)

/** One mask for all steps: two layers with variational dropout = each layer by hand, times the mask. */
const variational = law('a variational mask is the same in every step', async (context, draw) => {
  const { seed, step, key } = randomKey(draw)
  const [T, B, H, rate] = [draw.integer(2, 4), draw.integer(1, 3), 4, 0.5]
  const options = { cell: draw.pick(['elman', 'lstm', 'gru'] as const), inputSize: H, hiddenSize: H }
  const both = new ParameterScope('both')
  const layers = rnn(both, { ...options, layers: 2, dropout: rate, variational: true })
  const alone = [new ParameterScope('first'), new ParameterScope('second')]
  const singles = alone.map((scope) => rnn(scope, { ...options, layers: 1 }))
  const graph = trace('variational', (place) => {
    const x = place.input('x', 'float', [T, B, H])
    const mask = place.input('mask', 'float', [B, H])
    const random = new Randomness(place.input('key', 'int', [3]), 'rnn')
    const stacked = layers.sequence(x, layers.zeroState(place, B), { masks: layers.masks(random, T, B) })
    const first = singles[0]!.sequence(x, singles[0]!.zeroState(place, B))
    const second = singles[1]!.sequence(mul(first.outputs, mask), singles[1]!.zeroState(place, B))
    return { stacked: stacked.outputs, single: second.outputs }
  })
  const weights = Object.fromEntries(
    both.all().flatMap(({ path, shape }) => {
      const name = path.slice('both.'.length)
      const single = name.endsWith('_l0') ? `first.${name}` : `second.${name.replace('_l1', '_l0')}`
      const array = draw.floats(shape)
      return [
        [path, array],
        [single, array],
      ]
    }),
  )
  const site = siteOf('rnn.layer.0')
  const mask = floats([B, H], new RandomStream(seed).dropoutMask(B * H, rate, { step, site }))
  const outputs = await context.run(graph, { x: draw.floats([T, B, H]), key, mask, ...weights })
  context.expectClose({ stacked: outputs.stacked! }, { stacked: outputs.single! }, lawTolerances)
})

/** Rate 0 draws nothing and changes nothing. */
const rateZero = law('dropout of rate 0 is none', async (context, draw) => {
  const graph = trace('none', (place) => {
    const x: Tensor<'float'> = place.input('x', 'float', ['batch'])
    const key = place.input('key', 'int', [3])
    return { y: dropout(x, { key, site: 1 }, 0) }
  })
  context.expectSame('masks', lower(graph, new Set()).masks.length, 0)
  const x = draw.floats([4])
  context.expectClose(await context.run(graph, { x, key: randomKey(draw).key }), { y: x }, exact)

  const kind = draw.pick(decoderKinds)
  const model = randomModel(draw, kind)
  const { source, lengths, ids } = randomBatch(draw, kind)
  const inputs = { source, lengths, ids, ...weightsOf(model, 1) }
  const training = forwardGraph(model, { isTraining: true })
  const plain = await context.run(forwardGraph(model), inputs)
  const dropped = await context.run(training, { ...inputs, key: randomKey(draw).key })
  context.expectClose(dropped, plain, exact)
})

/** Laws of dropout. */
export function dropoutLaws(): ConformanceCase[] {
  return [...bits, variational, rateZero]
}
