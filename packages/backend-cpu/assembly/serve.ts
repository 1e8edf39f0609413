// Runs of a team: one thread calls, all walk the same plan, one waits until the others are through.
import {
  ERROR_LOST_THREAD, ERROR_OK, ERROR_STOPPED, TEAM_ARRIVED, TEAM_CODE, TEAM_COPIES, TEAM_DONE, TEAM_END,
  TEAM_ERROR_ADDRESS, TEAM_ERROR_VALUE, TEAM_GENERATION, TEAM_RUN, TEAM_SCRATCH_BYTES, TEAM_START, TEAM_STOP,
} from './opcodes'
import { errorAddress, errorValue } from './status'
import {
  awaitChange, change, enlist, setScratchBytes, setSharers, teamControl, teamCount, teamMember,
} from './team'
import { walk } from './walk'

/** The run that this thread has seen last. */
let seen: i32 = 0

/** Joins the team whose words are at `words`, as thread `number` of `count`. */
export function join(words: usize, number: i32, count: i32): void {
  if (!ASC_FEATURE_THREADS) return
  enlist(words, number, count)
  seen = atomic.load<i32>(words, TEAM_RUN)
}

/** Calls the team to a plan. `copies`: room for a copy of it for each thread but the first; 0: all walk the one. */
export function call(words: usize, start: usize, end: usize, copies: usize, scratchBytes: usize): void {
  if (!ASC_FEATURE_THREADS) return
  store<u32>(words, <u32>start, TEAM_START)
  store<u32>(words, <u32>end, TEAM_END)
  store<u32>(words, <u32>copies, TEAM_COPIES)
  store<u32>(words, <u32>scratchBytes, TEAM_SCRATCH_BYTES)
  atomic.store<i32>(words, 0, TEAM_ARRIVED)
  atomic.store<i32>(words, 0, TEAM_DONE)
  atomic.store<i32>(words, ERROR_OK, TEAM_CODE)
  change(words + TEAM_RUN)
}

/** Notes what went wrong, unless something did before, and lets nobody wait for this thread. */
function fail(code: i32, address: i32, value: i32): void {
  const words = teamControl()
  if (atomic.cmpxchg<i32>(words, ERROR_OK, code, TEAM_CODE) == ERROR_OK) {
    store<i32>(words, address, TEAM_ERROR_ADDRESS)
    store<i32>(words, value, TEAM_ERROR_VALUE)
  }
  change(words + TEAM_GENERATION)
}

/** Walks the plan of the run; patches of loops go to the copy of this thread. */
function takePart(): void {
  const words = teamControl()
  const start = load<u32>(words, TEAM_START) as usize
  const length = (load<u32>(words, TEAM_END) as usize) - start
  const copies = load<u32>(words, TEAM_COPIES) as usize
  const member = teamMember()
  let own = start
  if (copies != 0 && member > 0) {
    own = copies + <usize>(member - 1) * length
    memory.copy(own, start, length)
  }
  setScratchBytes(load<u32>(words, TEAM_SCRATCH_BYTES))
  setSharers(teamCount())
  const code = walk(own, own + length)
  setSharers(1)
  if (code != ERROR_OK && code != ERROR_STOPPED) fail(code, errorAddress - <i32>(own - start), errorValue)
}

/** Waits until the other threads are through; gives the code of the run. */
function conclude(): i32 {
  const words = teamControl()
  let done = atomic.load<i32>(words, TEAM_DONE)
  while (done < teamCount() - 1) {
    awaitChange(words + TEAM_DONE, done)
    done = atomic.load<i32>(words, TEAM_DONE)
  }
  return atomic.load<i32>(words, TEAM_CODE)
}

/** A run that this thread calls and takes part in: see `call`. */
export function lead(start: usize, end: usize, copies: usize, scratchBytes: usize): i32 {
  if (!ASC_FEATURE_THREADS) return ERROR_OK
  call(teamControl(), start, end, copies, scratchBytes)
  takePart()
  return conclude()
}

/** Waits for a run and takes part in it: its code where this is the first thread, else 0; -1 when the team ends. */
export function serve(): i32 {
  if (!ASC_FEATURE_THREADS) return ERROR_OK
  const words = teamControl()
  awaitChange(words + TEAM_RUN, seen)
  seen = atomic.load<i32>(words, TEAM_RUN)
  if (load<i32>(words, TEAM_STOP) != 0) return -1
  takePart()
  if (teamMember() == 0) return conclude()
  change(words + TEAM_DONE)
  return ERROR_OK
}

/** Says for a thread that trapped that it will not come. */
export function giveUp(): void {
  if (!ASC_FEATURE_THREADS) return
  fail(ERROR_LOST_THREAD, 0, teamMember())
  change(teamControl() + TEAM_DONE)
}

/** Ends `serve` of all threads. */
export function dismiss(words: usize): void {
  if (!ASC_FEATURE_THREADS) return
  store<i32>(words, 1, TEAM_STOP)
  change(words + TEAM_RUN)
}
