// The few instructions of WebAssembly that the limits are made of, as bytes.
// Source: WebAssembly specification 3.0, "Binary format".

/** Bytes of one or more instructions. */
export type Code = readonly number[]

/** A number as unsigned LEB128. */
export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

/** A number as signed LEB128. */
function signedLeb(value: number): number[] {
  const isLast = value >= -64 && value < 64
  return isLast ? [value & 127] : [(value & 127) | 128, ...signedLeb(value >> 7)]
}

const simd = (op: number): number[] => [0xfd, ...leb(op)]

export const get = (local: number): Code => [0x20, ...leb(local)]
export const set = (local: number): Code => [0x21, ...leb(local)]
export const tee = (local: number): Code => [0x22, ...leb(local)]
export const int = (value: number): Code => [0x41, ...signedLeb(value)]
export const addInts: Code = [0x6a]
export const isBelow: Code = [0x49]
export const add: Code = simd(0xe4)
export const multiply: Code = simd(0xe6)
export const multiplyAdd: Code = simd(0x105)
export const firstLane: Code = [...simd(0x1f), 0]

/** The 16 bytes at the address on the stack, and `offset`. */
export const load = (offset: number): Code => [...simd(0), 4, ...leb(offset)]

/** Four times a number. */
export function splat(value: number): Code {
  const bytes = new Uint8Array(new Float32Array([value]).buffer)
  return [0x43, ...bytes, ...simd(0x13)]
}

/** Runs the body as long as it leaves a number other than 0. */
export const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b]

const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content]
const name = (text: string): number[] => [...leb(text.length), ...new TextEncoder().encode(text)]

/**
 * A module with one function `run` of two integers, locals 0 and 1, that gives a float; it imports its memory as
 * `env.memory`.
 *
 * @param vectors how many locals of 16 bytes it has, from local 2 on.
 */
export function assemble(vectors: number, body: readonly Code[]): Uint8Array<ArrayBuffer> {
  const code = [1, ...leb(vectors), 0x7b, ...body.flat(), 0x0b]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, 0x7f, 0x7f, 1, 0x7d]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('run'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ])
}
