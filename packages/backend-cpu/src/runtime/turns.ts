/** Lets runs that do not end at once follow each other. */
export class Turns {
  private last: Promise<unknown> | undefined

  /** Starts when all before it are over: now, if there are none. */
  take<T>(start: () => T | Promise<T>): Promise<T> {
    const turn = this.last ? this.last.then(start, start) : new Promise<T>((resolve) => resolve(start()))
    this.last = turn
    const over = () => {
      if (this.last === turn) this.last = undefined
    }
    turn.then(over, over)
    return turn
  }
}
