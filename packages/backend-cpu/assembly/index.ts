// The module's exports: the walker, what went wrong, and with threads the runs of a team.
import { errorAddress, errorValue } from './status'
export { call, dismiss, giveUp, join, lead, serve } from './serve'
export { walk } from './walk'

export function lastErrorAddress(): i32 {
  return errorAddress
}

export function lastErrorValue(): i32 {
  return errorValue
}
