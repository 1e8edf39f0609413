/** What both walkers run on: a WebAssembly.Memory, or for the scalar one anything that holds an ArrayBuffer. */
export interface EngineMemory {
  readonly buffer: ArrayBufferLike
}

/** Why the last walk stopped. */
export interface PlanError {
  /** One of `errorCodes`. */
  readonly code: number
  /** Byte offset of the instruction. */
  readonly address: number
  /** The index that was out of range, or the opcode that is unknown. */
  readonly value: number
}

/** Executes flat plans (see plan/encoding.ts) in one memory. */
export interface Engine {
  readonly kind: 'wasm' | 'scalar'
  readonly memory: EngineMemory
  /** Executes the instructions from byte offset `start` up to `end`; returns 0, or one of `errorCodes`. */
  walk(start: number, end: number): number
  /** What stopped the last walk; undefined when it returned 0. */
  lastError(): PlanError | undefined
}
