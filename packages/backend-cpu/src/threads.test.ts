import {
  add,
  type Backend,
  type Graph,
  matmul,
  type OpName,
  print,
  scan,
  type Tensor,
  tanh,
  trace,
} from '@dragoman/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { describePlan } from './describe-plan.ts'
import { type Arrays, onThreads, readAll } from './testing/compare-backends.ts'
import { type CompositeCase, nodeGraph, nodeInputs } from './testing/composite-case.ts'
import { compositeCases } from './testing/composite-cases.ts'
import { kernels } from './testing/kernels.ts'
import { largeCases } from './testing/large-cases.ts'
import { primitiveCases } from './testing/primitive-cases.ts'
import { randomCase } from './testing/random-graph.ts'
import { RandomSource } from './testing/random-source.ts'

const one = () => cpu({ wasm: kernels, threads: 1 })

/** Outputs of a graph, as bits; undefined when it refuses the inputs. */
async function bitsOf(backend: Backend, graph: Graph, inputs: Arrays) {
  const program = await backend.compile(graph)
  const outputs = await program.run(inputs).then(readAll, () => undefined)
  const plan = describePlan(program)
  program.dispose()
  if (!outputs) return { bits: undefined, plan }
  const bits = Object.entries(outputs).map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer).toString('hex'),
  ])
  return { bits, plan }
}

describe('results do not depend on the number of threads', () => {
  let alone: Backend
  let teams: Backend[]
  beforeAll(async () => {
    alone = await one()
    teams = [await onThreads(2), await onThreads(3)]
  })
  afterAll(async () => {
    for (const backend of [alone, ...teams]) await backend.dispose()
  })

  async function expectSameBits(graph: Graph, inputs: Arrays, note = '') {
    const expected = await bitsOf(alone, graph, inputs)
    for (const team of teams) {
      const { bits, plan } = await bitsOf(team, graph, inputs)
      expect(bits, `${note}\n${print(graph)}\n${plan}`).toEqual(expected.bits)
    }
  }

  const tables = { primitiveCases, compositeCases, largeCases }
  test.each(Object.entries(tables))('%s', async (_, table) => {
    for (const [op, cases] of Object.entries(table) as [OpName, CompositeCase[]][]) {
      for (const each of cases) await expectSameBits(nodeGraph(op, each), nodeInputs(each))
    }
  })

  test('random graphs', async () => {
    for (let seed = 1000; seed < 1080; seed++) {
      const random = new RandomSource(seed)
      const { graph, inputs } = randomCase(random, random.int(5, 40))
      await expectSameBits(graph, inputs({ a: 9, b: 30 }), `seed ${seed}`)
    }
  })

  test('a loop whose steps are shared', async () => {
    const graph = trace('loop', (place) => {
      const weight = place.input('weight', 'float', [64, 64])
      const start = place.input('start', 'float', [5, 64])
      const xs = place.input('xs', 'float', [7, 5, 64])
      const { carry, ys } = scan('loop', place, { carry: { h: start }, xs: { x: xs } }, ({ h }, { x }) => {
        const next = tanh(add(matmul(h, weight), x as Tensor<'float'>))
        return { carry: { h: next }, ys: { y: matmul(next, weight) } }
      })
      return { end: carry.h, all: ys.y! }
    })
    const random = new RandomSource(5)
    const inputs = {
      weight: random.array('float', [64, 64]),
      start: random.array('float', [5, 64]),
      xs: random.array('float', [7, 5, 64]),
    }
    await expectSameBits(graph, inputs)
    expect((await bitsOf(teams[0]!, graph, inputs)).plan).toMatch(/barrier/)
  })
})
