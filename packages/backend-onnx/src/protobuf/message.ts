import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Messages up to this size are copied into the message around them; larger ones stay where they are. */
const copiedBytes = 4096

/**
 * A protobuf message in the making: fields are appended in the order of the calls.
 *
 * Its bytes lie in parts, so that large fields, such as weights, are copied once: by {@link finish}.
 */
export class Message {
  readonly #writer: BinaryWriter = new BinaryWriter()
  readonly #parts: Uint8Array[] = []

  /** An integer, or the number of an enum, of 53 bits or less. */
  int(field: number, value: number): this {
    this.#writer.tag(field, WireType.Varint).int64(value)
    return this
  }

  /** A 32-bit float; NaN and infinities too. */
  float(field: number, value: number): this {
    this.#writer.tag(field, WireType.Bit32).float(value)
    return this
  }

  text(field: number, value: string): this {
    this.#writer.tag(field, WireType.LengthDelimited).string(value)
    return this
  }

  /** Bytes that must not change until {@link finish}. */
  bytes(field: number, value: Uint8Array): this {
    this.#writer.tag(field, WireType.LengthDelimited)
    if (value.length <= copiedBytes) {
      this.#writer.bytes(value)
      return this
    }
    this.#writer.uint32(value.length)
    this.#append([value])
    return this
  }

  message(field: number, value: Message): this {
    const parts = value.#take()
    if (parts.length === 1) return this.bytes(field, parts[0]!)
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#writer.tag(field, WireType.LengthDelimited).uint32(length)
    this.#append(parts)
    return this
  }

  /** All bytes of the message, which ends with this call. */
  finish(): Uint8Array {
    const parts = this.#take()
    if (parts.length === 1) return parts[0]!
    const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      result.set(part, at)
      at += part.length
    }
    return result
  }

  #append(parts: readonly Uint8Array[]): void {
    this.#parts.push(this.#writer.finish(), ...parts)
  }

  #take(): Uint8Array[] {
    this.#parts.push(this.#writer.finish())
    return this.#parts
  }
}
