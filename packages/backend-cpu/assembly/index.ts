// The module's exports: the walker, and what went wrong.
import { errorAddress, errorValue } from './status'
export { walk } from './walk'

export function lastErrorAddress(): i32 {
  return errorAddress
}

export function lastErrorValue(): i32 {
  return errorValue
}
