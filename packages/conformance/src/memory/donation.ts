import type { DeviceArray } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { doubling, sum, twice } from './graphs.ts'

/** `an error`, or what could be read. */
async function outcomeOfReading(array: DeviceArray): Promise<string> {
  return array.read().then(String, () => 'an error')
}

/** Donated inputs are given up; others stay as they were. */
const given = conformanceCase('memory', 'donated inputs are gone, others stay', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  const before = backend.live().arrays
  const w = backend.upload(floats([3], [1, 2, 3]))
  const x = backend.upload(floats([3], [1, 1, 1]))
  const outputs = await program.run({ w, x }, { donate: ['w'] })
  context.expectSame('arrays after a run with a donation', backend.live().arrays - before, 3)
  context.expectSame('an input that was not donated', String(await x.read()), '1,1,1')
  context.expectSame('reading a donated array gives', await outcomeOfReading(w), 'an error')
  const results = await Promise.all([outputs.w!.read(), outputs.before!.read()])
  context.expectSame('outputs', results.join(' '), '3,5,7 1,2,3')
  w.dispose()
  context.expectSame('arrays after dispose of a donated one', backend.live().arrays - before, 3)
  for (const array of [x, ...Object.values(outputs)]) array.dispose()
  program.dispose()
})

/** An output that is a donated input is that input, and both outputs of it are good. */
const passedOn = conformanceCase('memory', 'a donated input may be an output', async (context) => {
  const { backend } = context
  const program = await backend.compile(twice)
  const x = backend.upload(floats([3], [1, 2, 3]))
  const { one, two } = await program.run({ x }, { donate: ['x'] })
  context.expectSame('reading the donated array gives', await outcomeOfReading(x), 'an error')
  one!.dispose()
  context.expectSame('two', String(await two!.read()), '1,2,3')
  two!.dispose()
  program.dispose()
})

/** Step after step in the same memory: the count of arrays does not move. */
const steps = conformanceCase('memory', 'donation step after step', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  let w = backend.upload(floats([3], [1, 0, -1]))
  const held = { ...backend.live() }
  for (let step = 0; step < 5; step++) {
    const outputs = await program.run({ w, x: floats([3], [0, 1, 0]) }, { donate: ['w'] })
    outputs.before!.dispose()
    w = outputs.w!
    context.expectSame(`arrays after step ${step}`, backend.live().arrays, held.arrays)
    context.expectSame(`bytes after step ${step}`, backend.live().bytes, held.bytes)
  }
  context.expectSame('w', String(await w.read()), '32,31,-32')
  w.dispose()
  program.dispose()
})

/** A run that is refused before it starts leaves what it was to be given. */
const refused = conformanceCase('memory', 'a refused run takes no donation', async (context) => {
  const { backend } = context
  const program = await backend.compile(sum)
  const a = backend.upload(floats([2], [1, 2]))
  const refusal = await program.run({ a, b: floats([3], [1, 2, 3]) }, { donate: ['a'] }).then(
    () => 'no error',
    () => 'an error',
  )
  context.expectSame('sizes that do not fit give', refusal, 'an error')
  context.expectSame('the array to be donated', await outcomeOfReading(a), '1,2')
  a.dispose()
  program.dispose()
})

/** Inputs that a run may take over. */
export const donationCases: readonly ConformanceCase[] = [given, passedOn, steps, refused]
