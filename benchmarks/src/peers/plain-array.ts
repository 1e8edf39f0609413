/** An array as engines take it. */
export interface PlainArray {
  readonly shape: number[]
  readonly data: Float32Array
}
