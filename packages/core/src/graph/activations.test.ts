import { expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { gelu, geluTanh, silu } from './activations.ts'
import type { Tensor } from './tensor.ts'
import { trace } from './trace.ts'

const x = Float64Array.of(-3, -1, -0.5, 0, 0.25, 1, 4)

async function valuesOf(activation: (x: Tensor<'float'>) => Tensor<'float'>) {
  const graph = trace('activation', (place) => ({ y: activation(place.input('x', 'float', [x.length])) }))
  const backend = reference()
  const program = await backend.compile(graph)
  const { y } = await program.run({ x: { kind: 'float', shape: [x.length], data: x } })
  return y!.read()
}

// torch 2.13, float64: F.gelu(x), F.gelu(x, approximate='tanh'), F.silu(x)
test.each([
  [
    'gelu',
    gelu,
    [
      -0.00404969409489031, -0.15865525393145702, -0.15426876936299344, 0.0, 0.14967658142073093,
      0.841344746068543, 3.9998733150326675,
    ],
  ],
  [
    'geluTanh',
    geluTanh,
    [
      -0.0036373920817729943, -0.15880800939172324, -0.15428599017485606, 0.0, 0.149675350701685,
      0.8411919906082768, 3.9999297540518075,
    ],
  ],
  [
    'silu',
    silu,
    [
      -0.14227761953270035, -0.2689414213699951, -0.1887703343990727, 0.0, 0.14054412522144952,
      0.7310585786300049, 3.928055160151634,
    ],
  ],
])('%s is that of PyTorch', async (_, activation, expected) => {
  const values = await valuesOf(activation)
  expected.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 14)
  })
})
