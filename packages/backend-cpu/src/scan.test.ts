import {
  add,
  cast,
  concat,
  expandDims,
  iota,
  lower,
  matmul,
  mul,
  reference,
  scan,
  slice,
  stack,
  type Tensor,
  take,
  tanh,
  trace,
  transpose,
  zeros,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { describePlan } from './describe-plan.ts'
import {
  engines,
  expectAgrees,
  expectSame,
  float32Tolerance,
  readAll,
  runOnce,
} from './testing/compare-backends.ts'
import { RandomSource } from './testing/random-source.ts'

const random = new RandomSource(3)
const float = (...shape: number[]) => random.array('float', shape)

type Float = Tensor<'float'>

describe('scan', () => {
  test('is the same as unrolled, in both directions', async () => {
    const steps = 4
    const inputs = { x: float(steps, 2, 3), h: float(2, 3), w: float(3, 3) }
    for (const reverse of [false, true]) {
      const looped = trace('looped', (place) => {
        const [x, h, w] = [
          place.input('x', 'float', [steps, 'batch', 3]),
          place.input('h', 'float', ['batch', 3]),
          place.input('w', 'float', [3, 3]),
        ]
        const { carry, ys } = scan('rnn', place, { carry: { h }, xs: { x }, reverse }, (state, step) => {
          const next = tanh(add(step.x, matmul(state.h, w)))
          return { carry: { h: next }, ys: { y: next, before: state.h } }
        })
        return { last: carry.h, y: ys.y, before: ys.before }
      })
      const unrolled = trace('unrolled', (place) => {
        const [x, h, w] = [
          place.input('x', 'float', [steps, 'batch', 3]),
          place.input('h', 'float', ['batch', 3]),
          place.input('w', 'float', [3, 3]),
        ]
        let state: Float = h
        const y: Float[] = []
        const before: Float[] = []
        for (let i = 0; i < steps; i++) {
          const t = reverse ? steps - 1 - i : i
          before[t] = state
          state = tanh(add(take(x, 0, t), matmul(state, w)))
          y[t] = state
        }
        return { last: state, y: stack(y), before: stack(before) }
      })
      for (const { make } of engines) {
        const backend = await make()
        const expected = await runOnce(backend, unrolled, inputs)
        expectSame(await runOnce(backend, looped, inputs), expected, { absolute: 0, relative: 0 })
        await backend.dispose()
      }
      await expectAgrees(looped, inputs)
    }
  })

  test('swaps carries, and lets a carry become an x', async () => {
    const graph = trace('swap', (place) => {
      const x = place.input('x', 'float', ['time', 3])
      const a = place.input('a', 'float', [3])
      const b = place.input('b', 'float', [3])
      const c = place.input('c', 'float', [3])
      const { carry, ys } = scan('loop', place, { carry: { a, b, c }, xs: { x } }, (state, step) => ({
        carry: { a: state.b, b: state.a, c: step.x },
        ys: { y: add(state.a, state.c) },
      }))
      return { ...carry, y: ys.y }
    })
    for (const time of [1, 2, 5]) {
      await expectAgrees(graph, { x: float(time, 3), a: float(3), b: float(3), c: float(3) })
    }
  })

  test('gives the first carries and no ys when it has no steps', async () => {
    const graph = trace('none', (place) => {
      const x = place.input('x', 'float', ['time', 3])
      const a = place.input('a', 'float', [3])
      const { carry, ys } = scan('loop', place, { carry: { a }, xs: { x } }, (state, step) => {
        const sum = add(state.a, step.x)
        return { carry: { a: sum }, ys: { sum } }
      })
      return { a: carry.a, sum: ys.sum }
    })
    await expectAgrees(graph, { x: float(0, 3), a: float(3) })
  })

  test('nests, with views of the xs of both loops and of transposed xs', async () => {
    const graph = trace('nested', (place) => {
      const x = place.input('x', 'float', ['outer', 'inner', 4])
      const z = place.input('z', 'float', ['inner', 'outer', 4])
      const start = place.input('start', 'float', [2])
      const { carry, ys } = scan(
        'outer',
        place,
        { carry: { sum: start }, xs: { x, z: transpose(z, [1, 0, 2]) } },
        (state, row) => {
          const inner = scan(
            'inner',
            state.sum.trace,
            { carry: { sum: state.sum }, xs: { x: row.x, z: row.z }, reverse: true },
            (deep, at) => {
              const part = mul(slice(at.x, 0, 1, 2), slice(at.z, 0, 2, 2))
              const next = tanh(add(deep.sum, part))
              return { carry: { sum: next }, ys: { next, last: slice(at.x, 0, 3, 1) } }
            },
          )
          return { carry: { sum: inner.carry.sum }, ys: { all: inner.ys.next, last: inner.ys.last } }
        },
      )
      return { sum: carry.sum, all: ys.all, last: ys.last }
    })
    for (const [outer, inner] of [
      [1, 1],
      [3, 2],
      [2, 5],
    ] as const) {
      await expectAgrees(graph, { x: float(outer, inner, 4), z: float(inner, outer, 4), start: float(2) })
    }
  })

  test('computes what does not change only once, before the loop', async () => {
    const graph = trace('invariant', (place) => {
      const x = place.input('x', 'float', ['time', 2, 3])
      const w = place.input('w', 'float', [3, 3])
      const { carry } = scan(
        'loop',
        place,
        { carry: { h: zeros(place, 'float', [2, 3]) }, xs: { x } },
        (state, step) => {
          const weights = matmul(w, w)
          return { carry: { h: add(matmul(state.h, weights), step.x) }, ys: {} }
        },
      )
      return carry
    })
    const inputs = { x: float(3, 2, 3), w: float(3, 3) }
    await expectAgrees(graph, inputs)
    const backend = await cpu()
    const program = await backend.compile(graph)
    await program.run(inputs)
    const lines = describePlan(program).split('\n')
    expect(lines.filter((line) => line.startsWith('matmul'))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('  matmul'))).toHaveLength(1)
    await backend.dispose()
  })

  test('writes ys and carries where they belong, without copies', async () => {
    const graph = trace('direct', (place) => {
      const x = place.input('x', 'float', ['time', 2, 3])
      const h = place.input('h', 'float', [2, 3])
      const { carry, ys } = scan('loop', place, { carry: { h }, xs: { x } }, (state, step) => {
        const next = tanh(add(state.h, step.x))
        return { carry: { h: next }, ys: { y: mul(next, 2) } }
      })
      return { h: carry.h, y: ys.y }
    })
    const backend = await cpu()
    const program = await backend.compile(graph)
    await program.run({ x: float(3, 2, 3), h: float(2, 3) })
    const body = describePlan(program)
      .split('\n')
      .filter((line) => line.startsWith('  '))
    expect(body).toHaveLength(1)
    expect(body[0]).toMatch(/elementwise n 6 add tanh mul/)
    await backend.dispose()
  })

  test('gives xs and what does not change back as ys without a copy', async () => {
    const graph = trace('through', (place) => {
      const x = place.input('x', 'float', ['time', 2, 3])
      const w = place.input('w', 'float', [3])
      const { ys } = scan('loop', place, { carry: {}, xs: { x } }, (_, step) => ({
        carry: {},
        ys: { x: slice(step.x, 1, 1, 2), w: tanh(w), moved: transpose(step.x) },
      }))
      return { x: add(ys.x, 1), w: add(ys.w, 0), moved: add(ys.moved, 0) }
    })
    await expectAgrees(graph, { x: float(4, 2, 3), w: float(3) })
  })

  test('reads its counter and what it carries as ints and bools', async () => {
    const graph = trace('kinds', (place) => {
      const n = iota(place, [5])
      const seen = place.input('seen', 'bool', [2])
      const { carry, ys } = scan(
        'loop',
        place,
        { carry: { seen, sum: place.input('sum', 'int', []) }, xs: { n } },
        (state, step) => ({
          carry: { seen: cast(add(cast(state.seen, 'int'), step.n), 'bool'), sum: add(state.sum, step.n) },
          ys: { all: concat([expandDims(step.n, 0), expandDims(state.sum, 0)], 0) },
        }),
      )
      return { ...carry, all: ys.all }
    })
    await expectAgrees(graph, { seen: random.array('bool', [2]), sum: random.array('int', []) })
  })

  test('leaves its inputs as they are, and two runs of one program do not mix', async () => {
    const graph = trace('pure', (place) => {
      const x = place.input('x', 'float', ['time', 3])
      const h = place.input('h', 'float', [3])
      const { carry } = scan('loop', place, { carry: { h }, xs: { x } }, (state, step) => ({
        carry: { h: tanh(add(state.h, step.x)) },
        ys: {},
      }))
      return carry
    })
    const [small, large] = [
      { x: float(2, 3), h: float(3) },
      { x: float(9, 3), h: float(3) },
    ]
    const wanted = await reference().compile(lower(graph, new Set()).graph)
    for (const { make } of engines) {
      const backend = await make()
      const program = await backend.compile(graph)
      const h = backend.upload(small.h)
      const runs = [small, large, small, large].map(({ x }) => program.run({ x, h }))
      for (const [i, outputs] of (await Promise.all(runs)).entries()) {
        const x = i % 2 === 0 ? small.x : large.x
        const expected = await readAll(await wanted.run({ x, h: small.h }))
        expectSame(await readAll(outputs), expected, float32Tolerance)
      }
      expect(await h.read()).toEqual(small.h.data)
      await backend.dispose()
    }
  })
})
