import { describe, expect, test } from 'vitest'
import { lower } from '../graph/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import type { CaseArray } from '../testing/op-case.ts'
import { runReference } from '../testing/run-reference.ts'
import { convolution } from './convolution.ts'
import { ParameterScope } from './parameter-scope.ts'
import { speechFront } from './speech-front.ts'

/** 0.1 · (i − middle) for i from 0. */
function ramp(shape: readonly number[], middle: number): CaseArray {
  const count = shape.reduce((product, size) => product * size, 1)
  return { kind: 'float', shape, data: Array.from({ length: count }, (_, i) => (i - middle) / 10) }
}

describe('a strided convolution', () => {
  // PyTorch 2.13: nn.Conv1d(3, 2, kernel, stride, padding=(kernel - 1) // 2) in float64 on
  // x = arange(1, 25).reshape(1, 3, 8) / 10 with weight (arange − middle) / 10 and bias [0.5, −0.25].
  test.each([
    [3, 2, 8, [-0.52, -1.96, -2.68, -3.4, 3.86, 6.2, 7.1, 8]],
    [5, 4, 14, [-2.44, -8.85, 10.31, 19.65]],
  ])('kernel %i, stride %i', async (kernel, stride, middle, expected) => {
    const scope = new ParameterScope('conv')
    const layer = convolution(scope, { inputSize: 3, outputSize: 2, kernel, stride })
    const graph = trace('conv', (t) => ({
      y: layer.apply(t.input('x', 'float', [1, 8, 3]), 8 / stride),
    }))
    const columns = ramp([3, 8], -1).data
    const x = Array.from({ length: 8 }, (_, time) => [0, 1, 2].map((feature) => columns[feature * 8 + time]!))
    const { y } = await runReference(graph, {
      x: { kind: 'float', shape: [1, 8, 3], data: x.flat() },
      'conv.weight': ramp([2, 3, kernel], middle),
      'conv.bias': { kind: 'float', shape: [2], data: [0.5, -0.25] },
    })
    expect(y!.shape).toEqual([1, 8 / stride, 2])
    const channels = [0, 1].flatMap((channel) => y!.data.filter((_, i) => i % 2 === channel))
    expect(channels).toEqual(expected.map((each) => expect.closeTo(each, 10)))
  })
})

describe('the speech front', () => {
  const scope = new ParameterScope()
  const front = speechFront(scope, { features: 2, size: 3, kernel: 3, strides: [2, 2] })
  const weights = Object.fromEntries(scope.all().map(({ path, shape }, i) => [path, ramp(shape, 2 * i + 3)]))
  const graph = trace('front', (t) => {
    const lengths = t.input('lengths', 'int', ['batch'])
    const { x, lengths: left } = front.apply(t.input('frames', 'float', ['batch', 'source', 8]), lengths)
    return { x, left: left as Tensor }
  })

  async function run(rows: readonly (readonly number[])[], lengths: readonly number[]) {
    const shape = [rows.length, rows[0]!.length / 8, 8]
    return runReference(lower(graph, new Set()).graph, {
      ...weights,
      frames: { kind: 'float', shape, data: rows.flat() },
      lengths: { kind: 'int', shape: [lengths.length], data: lengths },
    })
  }

  test('four frames become one vector; lengths are rounded up', async () => {
    const rows = Array.from({ length: 5 }, () => new Array<number>(24).fill(1))
    const { x, left } = await run(rows, [12, 9, 8, 1, 0])
    expect(front.reduction).toBe(4)
    expect(x!.shape).toEqual([5, 3, 3])
    expect(left!.data).toEqual([3, 3, 2, 1, 0])
    expect(scope.all().map(({ path }) => path)).toEqual([
      'conv1.weight',
      'conv1.bias',
      'conv2.weight',
      'conv2.bias',
    ])
  })

  test('five frames give what PyTorch gives for them alone, whatever stands behind', async () => {
    // PyTorch 2.13 in float64: gelu(conv2(gelu(conv1(x)))) of Conv1d(2, 3, 3, stride=2, padding=1) and
    // Conv1d(3, 3, 3, stride=2, padding=1) with the same weights, on the five frames.
    const expected = [
      -0.16855995281778824, 3.5891476943012193, 7.852241927962592, -0.1030068361208045, 4.24388048813943,
      9.96597528709828,
    ]
    const real = [0.3, -1, 2, 0.5, 1, 1, -2, 0.25, 3, 1]
    const { x } = await run([[...real, ...new Array<number>(14).fill(7)]], [5])
    expect(x!.data).toEqual([...expected.map((each) => expect.closeTo(each, 10)), 0, 0, 0])
  })
})
