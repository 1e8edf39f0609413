/** Does one thing after another, in the order in which they were asked for. */
export class Queue {
  private last: Promise<unknown> = Promise.resolve()

  /** The result of `task`, which starts when all before it have ended, however they ended. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task)
    this.last = result.then(nothing, nothing)
    return result
  }
}

/** Keeps the queue from holding on to results. */
function nothing(): void {}
