import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { BackendError, OptionError } from '../errors.ts'
import { add } from '../graph/elementwise.ts'
import { trace } from '../graph/trace.ts'
import { hookedBackend } from '../testing/hooked-backend.ts'
import { hostArray } from './binding.ts'
import type { Backend, DeviceArray, HostArray } from './contract.ts'
import { reference } from './reference/reference.ts'
import { Session } from './session.ts'

const graph = trace('sum', (recorder) => ({
  sum: add(recorder.input('x', 'float', ['n']), recorder.input('weight', 'float', ['n'])),
}))

const numbers = (...values: number[]) => hostArray('float', [values.length], values)

describe('constants of a program', () => {
  it('are told to the backend, and make another program', async () => {
    const told: unknown[] = []
    const backend = reference()
    const listening: Backend = {
      ...backend,
      upload: (array) => backend.upload(array),
      live: () => backend.live(),
      compile: (lowered, options) => {
        told.push(options?.constants)
        return backend.compile(lowered, options)
      },
    }
    const session = new Session(listening)
    const first = await session.compile(graph, { constants: ['weight'] })
    expect(await session.compile(graph, { constants: ['weight'] })).toBe(first)
    expect(await session.compile(graph)).not.toBe(first)
    expect(told).toEqual([['weight'], []])
  })

  it('are inputs of the graph', async () => {
    const session = new Session(reference())
    await expect(session.compile(graph, { constants: ['other'] })).rejects.toThrow(
      "constants: sum has no input 'other'",
    )
  })
})

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

  it('does not give up an entry of the state', async () => {
    const session = new Session(reference())
    session.set('weight', numbers(1))
    const program = await session.compile(graph)
    await expect(program.run({ x: numbers(1) }, { donate: ['weight'] })).rejects.toThrow(
      "donate: 'weight' is not among the given inputs",
    )
    expect([...(await session.get('weight')).data]).toEqual([1])
  })

  it.each([
    ['nothing at all', undefined, "input 'x' is missing"],
    ['a plain array', [1, 2], "input 'x' is neither a device array nor a host array"],
  ])('refuses %s as an input', async (_, given, message) => {
    const session = new Session(reference())
    session.set('weight', numbers(1))
    const program = await session.compile(graph)
    await expect(program.run({ x: given as unknown as HostArray })).rejects.toThrow(message)
  })
})

/** The reference, but with every run some turns later: as on a device that works beside the program. */
function delayed(): Backend {
  return hookedBackend(reference(), async ({ type }) => {
    for (let turn = 0; type === 'run' && turn < 5; turn++) await Promise.resolve()
  })
}

describe('a session', () => {
  const replace = trace('replace', (recorder) => {
    const weight = recorder.input('weight', 'float', ['n'])
    return { weight: add(weight, recorder.input('x', 'float', ['n'])) }
  })

  it('does in order what was asked for, runs and changes alike', async () => {
    const backend = delayed()
    const session = new Session(backend)
    session.set('weight', numbers(1))
    const program = await session.compile(replace)
    const first = program.run({ x: numbers(10) })
    session.set('weight', numbers(100))
    const second = program.run({ x: numbers(20) })
    const read = session.get('weight')
    session.delete(['weight'])
    await Promise.all([first, second])
    expect([...(await read).data]).toEqual([120])
    await expect(session.get('weight')).rejects.toThrow(OptionError)
    expect(backend.live().arrays).toBe(0)
  })

  it('ends after what is under way, and refuses everything then', async () => {
    const backend = delayed()
    const session = new Session(backend)
    session.set('weight', numbers(1))
    const program = await session.compile(replace)
    const running = program.run({ x: numbers(1) })
    await session.dispose()
    await session.dispose()
    expect(await running).toEqual({})
    expect(backend.live().arrays).toBe(0)
    expect(() => session.set('weight', numbers(1))).toThrow(BackendError)
    await expect(program.run({ x: numbers(1) })).rejects.toThrow(BackendError)
    await expect(session.compile(replace)).rejects.toThrow(BackendError)
  })

  it('ends also when a compile under way fails', async () => {
    const session = new Session(hookedBackend(reference(), () => Promise.reject(new Error('no memory'))))
    const compiling = session.compile(replace)
    await session.dispose()
    await expect(compiling).rejects.toThrow('no memory')
  })

  it('lets the event loop go on while it is busy for long', async () => {
    const session = new Session(reference())
    session.set('weight', numbers(0))
    const program = await session.compile(replace)
    let isOver = false
    let turns = 0
    const others = (async () => {
      for (; !isOver; turns++) await nextTurn()
    })()
    const start = performance.now()
    // Without turns, promises alone would keep this loop going until the end.
    while (turns < 3 && performance.now() - start < 20_000) await program.run({ x: numbers(1) })
    isOver = true
    await others
    expect(turns).toBeGreaterThanOrEqual(3)
  })
})

describe('a session', () => {
  it('refuses what is no backend, such as the promise of one', () => {
    const promised = Promise.resolve(reference()) as unknown as Backend
    expect(() => new Session(promised)).toThrow(OptionError)
    expect(() => new Session(promised)).toThrow(/await it/)
  })
})

/** The reference, but a run eats what it is given up and then fails. */
function failingMidway(): Backend {
  const inner = reference()
  return {
    ...hookedBackend(inner, () => undefined),
    async compile(compiled) {
      const program = await inner.compile(compiled)
      return {
        stats: program.stats,
        dispose: () => program.dispose(),
        async run(inputs, { donate = [] } = {}) {
          for (const name of donate) (inputs[name] as DeviceArray).dispose()
          throw new Error('the device is gone')
        },
      }
    },
  }
}

describe('a run that fails midway', () => {
  it('says what of the state it took with it, and the session keeps nothing dead', async () => {
    const session = new Session(failingMidway())
    session.set('weight', numbers(1))
    const replace = trace('replace', (recorder) => ({
      weight: add(recorder.input('weight', 'float', ['n']), 1),
    }))
    const program = await session.compile(replace)
    const failed = program.run({})
    await expect(failed).rejects.toThrow(/the state has lost 'weight'\n/)
    await expect(failed).rejects.toMatchObject({ cause: new Error('the device is gone') })
    expect(session.names()).toEqual([])
    await expect(session.get('weight')).rejects.toThrow(OptionError)
  })
})
