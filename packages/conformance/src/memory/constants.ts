import type { DeviceArray } from '@dragoman/core'
import { matmul, trace } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'

/** y = x wᵀ, whose w the caller promises to keep. */
const layer = trace('layer', (place) => ({
  y: matmul(place.input('x', 'float', ['rows', 2]), place.input('w', 'float', [3, 2]), { transposeB: true }),
}))

const x = floats([1, 2], [1, 10])
const first = floats([3, 2], [1, 2, 3, 4, 5, 6])
const second = floats([3, 2], [0, 1, 0, 2, 0, 3])

/** A constant is a hint: another array of its name is another value. */
const replaced = conformanceCase('memory', 'a constant that changes is noticed', async (context) => {
  const { backend } = context
  const program = await backend.compile(layer, { constants: ['w'] })
  const resultOf = async (w: DeviceArray) => {
    const { y } = await program.run({ x, w })
    const read = String(await y!.read())
    y!.dispose()
    return read
  }
  const [a, b] = [backend.upload(first), backend.upload(second)]
  context.expectSame('with the first array', await resultOf(a), '21,43,65')
  context.expectSame('with it again', await resultOf(a), '21,43,65')
  context.expectSame('with another', await resultOf(b), '10,20,30')
  a.dispose()
  context.expectSame('with the other when the first is gone', await resultOf(b), '10,20,30')
  const c = backend.upload(first)
  context.expectSame('with a third', await resultOf(c), '21,43,65')
  for (const array of [b, c]) array.dispose()
  program.dispose()
})

/** Constants may be host arrays, new ones in each run. */
const hosted = conformanceCase('memory', 'a constant may be a host array', async (context) => {
  const program = await context.backend.compile(layer, { constants: ['w'] })
  const seen: string[] = []
  for (const w of [first, first, second]) {
    const { y } = await program.run({ x, w })
    seen.push(String(await y!.read()))
    y!.dispose()
  }
  program.dispose()
  context.expectSame('results', seen.join(' '), '21,43,65 21,43,65 10,20,30')
})

/** A session that replaces a weight between runs, as training between two decodings does. */
const inSession = conformanceCase('memory', 'a constant of a session may be set anew', async (context) => {
  const program = await context.session.compile(layer, { constants: ['w'] })
  const seen: string[] = []
  for (const w of [first, second, first]) {
    context.session.set('w', w)
    const { y } = await program.run({ x })
    seen.push(String(await y!.read()))
    y!.dispose()
  }
  context.expectSame('results', seen.join(' '), '21,43,65 10,20,30 21,43,65')
})

/** Inputs that keep their values over many runs. */
export const constantCases: readonly ConformanceCase[] = [replaced, hosted, inSession]
