// The threads that walk one plan: which part of an instruction each takes, and how they wait for each other.
// Without the feature "threads" all of it folds away: one thread takes everything.
import { ERROR_OK, ERROR_STOPPED, TEAM_ARRIVED, TEAM_CODE, TEAM_GENERATION } from './opcodes'

/** How often a thread looks at a word before it goes to sleep until it changes: some ten microseconds. */
const LOOKS: i32 = 20000

/** Number of this thread. */
let member: i32 = 0
/** Threads in the team. */
let teamSize: i32 = 1
/** Threads that share the instructions now. */
let members: i32 = 1
/** Where the words of the team are: see `teamWords` of the encoding. */
let control: usize = 0
/** Bytes from the scratch of one thread to that of the next. */
let scratchBytes: usize = 0

/** Where part k of n begins; parts are whole multiples of `step`. */
function bound(n: i32, step: i32, k: i32): i32 {
  const units = (n + step - 1) / step
  return min(n, <i32>((<i64>units * k) / members) * step)
}

/** First of n that this thread takes. */
@inline
export function partStart(n: i32, step: i32): i32 {
  if (!ASC_FEATURE_THREADS) return 0
  return members == 1 ? 0 : bound(n, step, member)
}

/** The one behind the last of n that this thread takes. */
@inline
export function partEnd(n: i32, step: i32): i32 {
  if (!ASC_FEATURE_THREADS) return n
  return members == 1 ? n : bound(n, step, member + 1)
}

/** How many threads share an instruction now. */
@inline
export function sharers(): i32 {
  return ASC_FEATURE_THREADS ? members : 1
}

/** Lets so many threads share what follows: 1, or what `sharers` told before. */
@inline
export function setSharers(count: i32): void {
  if (ASC_FEATURE_THREADS) members = count
}

/** Whether this thread does what is for one alone. */
@inline
export function isFirst(): bool {
  return !ASC_FEATURE_THREADS || member == 0 || members == 1
}

/** The scratch of this thread, given that of the plan. */
@inline
export function ownScratch(address: u32): usize {
  if (!ASC_FEATURE_THREADS) return address
  return <usize>address + <usize>member * scratchBytes
}

/** Returns when the word is no longer `value`. The word behind it counts who sleeps. */
export function awaitChange(address: usize, value: i32): void {
  for (let i = 0; i < LOOKS; i++) if (atomic.load<i32>(address) != value) return
  atomic.add<i32>(address, 1, 4)
  while (atomic.load<i32>(address) == value) atomic.wait<i32>(address, value, -1)
  atomic.sub<i32>(address, 1, 4)
}

/** Adds one to a word, and wakes who sleeps on it; gives what it was. */
export function change(address: usize): i32 {
  const before = atomic.add<i32>(address, 1)
  if (atomic.load<i32>(address, 4) != 0) atomic.notify(address, -1)
  return before
}

/** Waits until all threads are here; not ok when one of them failed. */
export function meet(): i32 {
  if (!ASC_FEATURE_THREADS) return ERROR_OK
  if (members == 1) return ERROR_OK
  // In this order: who fails notes it first and then lets the generation pass.
  const generation = atomic.load<i32>(control, TEAM_GENERATION)
  if (atomic.load<i32>(control, TEAM_CODE) != ERROR_OK) return ERROR_STOPPED
  if (atomic.add<i32>(control, 1, TEAM_ARRIVED) == members - 1) {
    atomic.store<i32>(control, 0, TEAM_ARRIVED)
    change(control + TEAM_GENERATION)
  } else {
    awaitChange(control + TEAM_GENERATION, generation)
  }
  return atomic.load<i32>(control, TEAM_CODE) == ERROR_OK ? ERROR_OK : ERROR_STOPPED
}

/** From now on this thread is number `number` of the `count` whose words are at `words`. */
export function enlist(words: usize, number: i32, count: i32): void {
  control = words
  member = number
  teamSize = count
}

@inline
export function teamControl(): usize {
  return control
}

@inline
export function teamMember(): i32 {
  return member
}

@inline
export function teamCount(): i32 {
  return teamSize
}

@inline
export function setScratchBytes(bytes: usize): void {
  scratchBytes = bytes
}
