import { add, constant, iota, neg, trace } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { runIn } from '../run-graph.ts'
import { doubling, sum, twice } from './graphs.ts'

/** Outputs have memory of their own, whatever becomes of the inputs and of each other. */
const apart = conformanceCase('memory', 'outputs do not share memory', async (context) => {
  const { backend } = context
  const program = await backend.compile(twice)
  const x = backend.upload(floats([3], [1, 2, 3]))
  const { one, two } = await program.run({ x })
  x.dispose()
  context.expectSame('one', String(await one!.read()), '1,2,3')
  one!.dispose()
  context.expectSame('two', String(await two!.read()), '1,2,3')
  two!.dispose()
  program.dispose()
})

/** Outputs outlive the program that made them. */
const outliving = conformanceCase('memory', 'outputs outlive their program', async (context) => {
  const program = await context.backend.compile(sum)
  const { y } = await program.run({ a: floats([2], [1, 2]), b: floats([2], [0.5, 0.5]) })
  program.dispose()
  program.dispose()
  context.expectSame('y', String(await y!.read()), '1.5,2.5')
  y!.dispose()
})

/** An output of one run is an input of the next, of the same program and of another. */
const chained = conformanceCase('memory', 'outputs are inputs of later runs', async (context) => {
  const { backend } = context
  const [first, second] = [await backend.compile(doubling), await backend.compile(sum)]
  const x = floats([3], [0, 1, 2])
  const one = await first.run({ w: floats([3], [1, 1, 1]), x })
  const two = await first.run({ w: one.w!, x })
  const both = await second.run({ a: one.w!, b: two.w! })
  context.expectSame('sum', String(await both.y!.read()), '6,10,14')
  for (const outputs of [one, two, both]) for (const array of Object.values(outputs)) array.dispose()
  for (const program of [first, second]) program.dispose()
})

/** The same array may be given twice. */
const repeated = conformanceCase('memory', 'one array may be two inputs', async (context) => {
  const { backend } = context
  const program = await backend.compile(sum)
  const a = backend.upload(floats([2], [1, 2]))
  const { y } = await program.run({ a, b: a })
  context.expectSame('y', String(await y!.read()), '2,4')
  context.expectSame('the input', String(await a.read()), '1,2')
  for (const array of [a, y!]) array.dispose()
  program.dispose()
})

/** What is not donated is as it was, run after run. */
const kept = conformanceCase('memory', 'inputs that are not donated stay as they are', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  const w = backend.upload(floats([3], [1, 2, 3]))
  for (let run = 0; run < 3; run++) {
    const outputs = await program.run({ w, x: floats([3], [1, 1, 1]) })
    context.expectSame(`w after run ${run}`, String(await w.read()), '1,2,3')
    context.expectSame(`output of run ${run}`, String(await outputs.w!.read()), '3,5,7')
    for (const array of Object.values(outputs)) array.dispose()
  }
  w.dispose()
  program.dispose()
})

/** A program holds no arrays between runs. */
const counted = conformanceCase('memory', 'a run leaves its outputs and nothing else', async (context) => {
  const { backend } = context
  const before = { ...backend.live() }
  const program = await backend.compile(doubling)
  for (let run = 0; run < 4; run++) {
    const outputs = await program.run({ w: floats([3], [1, 2, 3]), x: floats([3], [0, 0, 0]) })
    context.expectSame(`arrays after run ${run}`, backend.live().arrays - before.arrays, 2)
    for (const array of Object.values(outputs)) array.dispose()
    context.expectSame(`arrays after dispose ${run}`, backend.live().arrays - before.arrays, 0)
    context.expectSame(`bytes after dispose ${run}`, backend.live().bytes - before.bytes, 0)
  }
  program.dispose()
})

/** A graph of literals alone, one of which is an output twice. */
const literals = conformanceCase('memory', 'a graph without inputs', async (context) => {
  const graph = trace('literals', (place) => {
    const two = constant(place, 'float', [2], [1, 2])
    return { two, same: two, counted: iota(place, [3]), negative: neg(add(two, two)) }
  })
  for (let run = 0; run < 2; run++) {
    const got = await runIn(context.session, graph, {})
    const expected = { two: floats([2], [1, 2]), same: floats([2], [1, 2]), negative: floats([2], [-2, -4]) }
    context.expectClose(got, expected, exact)
    context.expectSame('counted', String(got.counted!.data), '0,1,2')
  }
})

/** An input that no node reads may be given, and donated. */
const unread = conformanceCase('memory', 'an input that nothing reads', async (context) => {
  const { backend } = context
  const graph = trace('unread', (place) => {
    place.input('unread', 'float', ['size'])
    return { y: neg(place.input('x', 'float', [2])) }
  })
  const program = await backend.compile(graph)
  const unused = backend.upload(floats([3], [1, 2, 3]))
  const { y } = await program.run({ x: floats([2], [1, -2]), unread: unused }, { donate: ['unread'] })
  context.expectSame('y', String(await y!.read()), '-1,2')
  y!.dispose()
  program.dispose()
})

/** Who owns what a run gives. */
export const outputCases: readonly ConformanceCase[] = [
  apart,
  outliving,
  chained,
  repeated,
  kept,
  counted,
  literals,
  unread,
]
