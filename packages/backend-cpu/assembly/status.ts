// What went wrong in the last walk: a code, the instruction's address, and the value that was out of range.
export let errorAddress: i32 = 0
export let errorValue: i32 = 0

export function setErrorAddress(address: usize): void {
  errorAddress = <i32>address
}

export function setErrorValue(value: i32): void {
  errorValue = value
}
