/**
 * Lines in groups of at most `size`: a group ends early when the next line is not there yet, so that
 * whoever waits at the other end of a pipe gets an answer to each line.
 */
export async function* lineBatches(lines: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  const iterator = lines[Symbol.asyncIterator]()
  let next = iterator.next()
  for (;;) {
    const first = await next
    if (first.done) return
    const batch = [first.value]
    next = iterator.next()
    while (batch.length < size) {
      // An error waits until the lines before it have had their answer: the next round tells.
      const result = await Promise.race([next, turn()]).catch(() => undefined)
      if (result === undefined || result.done) break
      batch.push(result.value)
      next = iterator.next()
    }
    // The same for one that comes while the batch is looked at.
    next.catch(() => {})
    yield batch
  }
}

/** Undefined, once everything that can happen without waiting has happened. */
function turn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined))
}
