import { RandomStream, siteOf } from '@dragoman/core'

/** Draws whole numbers, one after another: the same ones from the same seed and name on every machine. */
export function draws(seed, name) {
  const random = new RandomStream(seed)
  const site = siteOf(name)
  let step = 0
  return {
    /** From `low` to `high`, both included. */
    integer(low, high) {
      const [draw] = random.uniform(new Float32Array(1), { step: step++, site })
      return low + Math.floor(draw * (high - low + 1))
    },
    pick(choices) {
      return choices[this.integer(0, choices.length - 1)]
    },
  }
}
