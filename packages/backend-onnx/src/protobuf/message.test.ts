import { describe, expect, it } from 'vitest'
import { readFields } from '../testing/read-model.ts'
import { Message } from './message.ts'

describe('Message', () => {
  it('writes what a protobuf reader reads', () => {
    const inner = new Message().int(1, -3).text(2, 'é')
    const bytes = new Message()
      .int(1, 2 ** 40)
      .float(2, Number.NEGATIVE_INFINITY)
      .bytes(3, Uint8Array.of(1, 2))
      .message(4, inner)
      .int(1, 5)
      .finish()
    const fields = readFields(bytes)
    expect(fields.get(1)).toEqual([2 ** 40, 5])
    expect(fields.get(2)).toEqual([Number.NEGATIVE_INFINITY])
    expect(fields.get(3)).toEqual([Uint8Array.of(1, 2)])
    const nested = readFields(fields.get(4)![0] as Uint8Array)
    expect(nested.get(1)).toEqual([-3])
    expect(new TextDecoder().decode(nested.get(2)![0] as Uint8Array)).toBe('é')
  })

  it('keeps large fields apart until the end, within messages too', () => {
    const large = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
    const message = new Message().int(1, 1).message(2, new Message().int(1, 7).bytes(9, large).int(2, 8))
    large[5] = 255
    const inner = readFields(readFields(message.int(3, 3).finish()).get(2)![0] as Uint8Array)
    expect(inner.get(1)).toEqual([7])
    expect(inner.get(9)).toEqual([large])
    expect(inner.get(2)).toEqual([8])
  })

  it('writes an empty message as one of no fields', () => {
    expect(new Message().finish()).toEqual(new Uint8Array())
    expect(readFields(new Message().message(1, new Message()).finish()).get(1)).toEqual([new Uint8Array()])
  })
})
