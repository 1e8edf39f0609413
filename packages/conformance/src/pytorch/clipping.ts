import { clipByValue, clipFactor, globalNorm, mul, trace } from '@dragoman/core'
import file from '../../goldens/clipping.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { FixtureFile, FixtureTensor } from './fixture.ts'
import { allFloats, goldenTolerances } from './fixture.ts'

interface ClippingFixture {
  readonly id: string
  readonly config: { readonly kind: 'norm' | 'value'; readonly limit: number }
  readonly inputs: Readonly<Record<string, FixtureTensor>>
  readonly outputs: Readonly<Record<string, FixtureTensor>>
}

function clippingCase({ id, config: { kind, limit }, inputs, outputs }: ClippingFixture): ConformanceCase {
  return conformanceCase('goldens', `clipping ${id}`, async (context) => {
    const graph = trace('clip', (place) => {
      const slopes = Object.entries(inputs).map(
        ([name, { shape }]) => [name, place.input(name, 'float', shape)] as const,
      )
      if (kind === 'value') {
        return Object.fromEntries(slopes.map(([name, slope]) => [name, clipByValue(slope, limit)]))
      }
      const norm = globalNorm(slopes.map(([, slope]) => slope))
      const factor = clipFactor(norm, limit)
      return { norm, ...Object.fromEntries(slopes.map(([name, slope]) => [name, mul(slope, factor)])) }
    })
    context.expectClose(await context.run(graph, allFloats(inputs)), allFloats(outputs), goldenTolerances)
  })
}

/** Clipping against torch.nn.utils.clip_grad_norm_ and clip_grad_value_. */
export function clippingGoldens(): ConformanceCase[] {
  return (file as unknown as FixtureFile<ClippingFixture>).cases.map(clippingCase)
}
