import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import { add } from '../graph/elementwise.ts'
import { trace } from '../graph/trace.ts'
import { hostArray } from './binding.ts'
import { reference } from './reference/reference.ts'
import { Session } from './session.ts'

const graph = trace('sum', (recorder) => ({
  sum: add(recorder.input('x', 'float', ['n']), recorder.input('weight', 'float', ['n'])),
}))

const numbers = (...values: number[]) => hostArray('float', [values.length], values)

describe('a session program', () => {
  it('disposes a device array that the caller gives up, and keeps one that it does not', async () => {
    const backend = reference()
    const session = new Session(backend)
    session.set('weight', numbers(1, 2))
    const program = await session.compile(graph)
    const baseline = backend.live()
    const x = backend.upload(numbers(10, 20))
    const kept = await program.run({ x })
    expect([...(await kept.sum!.read())]).toEqual([11, 22])
    kept.sum!.dispose()
    expect([...(await x.read())]).toEqual([10, 20])
    const { sum } = await program.run({ x }, { donate: ['x'] })
    await expect(x.read()).rejects.toThrow(/disposed/)
    sum!.dispose()
    expect(backend.live()).toEqual(baseline)
    expect([...(await session.get('weight')).data]).toEqual([1, 2])
  })

  it('refuses to be given a host array', async () => {
    const session = new Session(reference())
    session.set('weight', numbers(1))
    const program = await session.compile(graph)
    await expect(program.run({ x: numbers(1) }, { donate: ['x'] })).rejects.toThrow(OptionError)
  })
})
