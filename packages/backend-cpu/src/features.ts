/** The start of a module with one function of type () → v128, up to its code section. */
const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0]
/** i32.const 0, i32x4.splat */
const zeros = [65, 0, 253, 17]

function validates(code: readonly number[]): boolean {
  if (typeof WebAssembly !== 'object') return false
  const body = [0, ...code, 11]
  return WebAssembly.validate(Uint8Array.from([...head, 10, body.length + 2, 1, body.length, ...body]))
}

/** Whether this runtime has 128-bit SIMD in WebAssembly. */
export function hasSimd(): boolean {
  return validates(zeros)
}

/** Whether it has relaxed SIMD too; asked by the instruction f32x4.relaxed_madd. */
export function hasRelaxedSimd(): boolean {
  return validates([...zeros, ...zeros, ...zeros, 253, 133, 2])
}
