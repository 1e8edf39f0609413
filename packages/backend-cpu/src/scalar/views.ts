import { errorCodes } from '../plan/encoding.ts'

/** The memory as words: both views lie over the same bytes. */
export interface Views {
  readonly int: Int32Array
  readonly float: Float32Array
}

/** Stops a walk; turned into the return code of `walk`. */
export class WalkFailure extends Error {
  readonly code: number
  readonly value: number

  constructor(code: number, value: number) {
    super(`walk: code ${code}, value ${value}`)
    this.code = code
    this.value = value
  }
}

/** Element index of the pointer in word `at`; 0 means none. */
export function pointerAt(views: Views, at: number): number {
  return views.int[at]! >>> 2
}

/** Refuses an index outside 0…size-1. */
export function checkIndex(index: number, size: number): number {
  if (index < 0 || index >= size) throw new WalkFailure(errorCodes.indexOutOfRange, index)
  return index
}
