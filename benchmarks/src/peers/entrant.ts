/** Runs a workload once → the loss in nats a token; or the ids, row after row; or nothing. */
export type Task = () => Promise<readonly number[]>

/** One side of a comparison, in a process of its own. */
export interface Entrant {
  /** Of how it runs: versions, numbers of nodes, milliseconds until it was ready. */
  readonly facts: Readonly<Record<string, string | number>>
  /** By workload of the group that it was opened for. A product gives a sample of its elements in the first run. */
  readonly tasks: Readonly<Record<string, Task>>
}

/** A task that reads what it made in its first run, and in others only makes it. */
export function checkedOnce(make: () => unknown, read: () => Promise<readonly number[]>): Task {
  let isFirst = true
  return async () => {
    if (!isFirst) {
      await make()
      return []
    }
    isFirst = false
    return read()
  }
}
