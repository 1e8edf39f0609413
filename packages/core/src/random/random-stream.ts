import { OptionError } from '../errors.ts'
import { boundedInteger, boxMullerRadius } from './draws.ts'
import { philoxBlock } from './philox.ts'

const TWO_32 = 2 ** 32
const BLOCK = 4

/** Where in the stream to draw: u32 `step` and `site` (see `siteOf`), first `index` (default 0). */
export interface RandomAddress {
  readonly step: number
  readonly site: number
  readonly index?: number
}

function checkWord(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < TWO_32) return value
  throw new OptionError({ option, problem: `${value} is not a whole number from 0 to 2^32 - 1` })
}

function checkDropoutRate(rate: number): number {
  if (rate >= 0 && rate < 1) return rate
  throw new OptionError({ option: 'dropout rate', problem: `${rate} is not in [0, 1)` })
}

/**
 * Random numbers addressed by (seed, step, site, index), the same on every machine and backend.
 *
 * Word `index` is word `index mod 4` of the Philox block with counter
 * `[floor(index / 4), step, site, 0]` and key `[seed mod 2^32, floor(seed / 2^32)]`. A stream has
 * no position: a draw in pieces, with `index` moved on, equals the draw at once.
 *
 * @param seed a whole number from 0 to 2^53 - 1.
 * @throws OptionError when the seed, or later a step, site, index or rate, is out of range.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox 4x32-10).
 */
export class RandomStream {
  readonly seed: number
  readonly #key0: number
  readonly #key1: number
  readonly #block: Uint32Array = new Uint32Array(BLOCK)

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new OptionError({ option: 'seed', problem: `${seed} is not a whole number from 0 to 2^53 - 1` })
    }
    this.seed = seed
    this.#key0 = seed >>> 0
    this.#key1 = Math.floor(seed / TWO_32)
  }

  /** Fills `out` with uniform 32-bit words, from word `index` on. Returns `out`. */
  words(out: Uint32Array, at: RandomAddress): Uint32Array {
    const step = checkWord('step', at.step)
    const site = checkWord('site', at.site)
    const first = this.#checkRange(at.index ?? 0, out.length)
    const [key0, key1, block] = [this.#key0, this.#key1, this.#block]

    let i = 0
    const inFirstBlock = first % BLOCK
    if (inFirstBlock !== 0) {
      philoxBlock(first >>> 2, step, site, 0, key0, key1, block, 0)
      for (let lane = inFirstBlock; lane < BLOCK && i < out.length; lane++) out[i++] = block[lane] as number
    }
    for (; i + BLOCK <= out.length; i += BLOCK) {
      philoxBlock((first + i) >>> 2, step, site, 0, key0, key1, out, i)
    }
    if (i < out.length) {
      philoxBlock((first + i) >>> 2, step, site, 0, key0, key1, block, 0)
      for (let lane = 0; i < out.length; lane++) out[i++] = block[lane] as number
    }
    return out
  }

  /** Fills `out` with uniform floats in [0, 1): the upper 24 bits of word i times 2^-24, so exact. */
  uniform(out: Float32Array, at: RandomAddress): Float32Array {
    this.#chunks(out.length, at, (words, start, count) => {
      for (let i = 0; i < count; i++) out[start + i] = ((words[i] as number) >>> 8) * 2 ** -24
    })
    return out
  }

  /**
   * Fills `out` with floats from the standard normal distribution, by Box–Muller in float64,
   * rounded once to float32. Words 2j and 2j + 1 make elements 2j and 2j + 1:
   *
   *   u = (word[2j] + 1) / 2^32 in (0, 1],  v = word[2j + 1] / 2^32
   *   out[2j] = √(−2 ln u) cos 2πv,  out[2j + 1] = √(−2 ln u) sin 2πv
   *
   * The only draw that goes through `Math.log`, `cos` and `sin`: two engines may differ in the last
   * bit of a float64, which the rounding to float32 hides but for about one number in 10^8.
   * Source: Box and Muller 1958.
   */
  normal(out: Float32Array, at: RandomAddress): Float32Array {
    const first = this.#checkRange(at.index ?? 0, out.length)
    // Start on an even word, so that both words of the first pair are there.
    const lead = first % 2
    const pairedCount = Math.ceil((out.length + lead) / 2) * 2
    this.#chunks(pairedCount, { ...at, index: first - lead }, (words, start, count) => {
      for (let i = 0; i < count; i += 2) {
        const radius = boxMullerRadius(words[i] as number)
        const angle = 2 * Math.PI * ((words[i + 1] as number) / TWO_32)
        const to = start + i - lead
        if (to >= 0) out[to] = radius * Math.cos(angle)
        if (to + 1 < out.length) out[to + 1] = radius * Math.sin(angle)
      }
    })
    return out
  }

  /**
   * A random order of 0 … count − 1, each equally likely, by Fisher–Yates from the last place down.
   * A number below n is word mod n, without bias: words at or above the largest multiple of n are
   * passed over. Words are taken in order from `index` on.
   */
  permutation(count: number, at: RandomAddress): Uint32Array {
    checkWord('count', count)
    const order = new Uint32Array(count)
    for (let i = 0; i < count; i++) order[i] = i
    const words = new Uint32Array(256)
    let index = at.index ?? 0
    let used = words.length
    const nextWord = () => {
      if (used === words.length) {
        this.words(words, { ...at, index })
        index += words.length
        used = 0
      }
      return words[used++] as number
    }
    for (let i = count - 1; i > 0; i--) {
      const j = boundedInteger(i + 1, nextWord)
      const moved = order[i] as number
      order[i] = order[j] as number
      order[j] = moved
    }
    return order
  }

  /**
   * A dropout mask of `count` factors: 0 with probability `rate`, else 1 / (1 − rate), so that the
   * mean is kept. Factor i is 0 exactly when word i is below floor(rate · 2^32).
   *
   * @param rate in [0, 1).
   * Source: Srivastava et al. 2014 (dropout), in the inverted form, scaled while training.
   */
  dropoutMask(count: number, rate: number, at: RandomAddress): Float32Array {
    return this.fillDropoutMask(new Float32Array(checkWord('count', count)), rate, at)
  }

  /** `dropoutMask` into an array that is there already. Returns `out`. */
  fillDropoutMask(out: Float32Array, rate: number, at: RandomAddress): Float32Array {
    const threshold = Math.floor(checkDropoutRate(rate) * TWO_32)
    const kept = 1 / (1 - rate)
    this.#chunks(out.length, at, (words, start, count) => {
      for (let i = 0; i < count; i++) out[start + i] = (words[i] as number) >= threshold ? kept : 0
    })
    return out
  }

  /** Draws words a chunk at a time, which stays in the nearest cache and needs no big array. */
  #chunks(
    count: number,
    at: RandomAddress,
    use: (words: Uint32Array, start: number, count: number) => void,
  ): void {
    const first = this.#checkRange(at.index ?? 0, count)
    const chunk = new Uint32Array(Math.min(count, 1024))
    for (let start = 0; start < count; start += chunk.length) {
      const words = chunk.subarray(0, Math.min(chunk.length, count - start))
      this.words(words, { step: at.step, site: at.site, index: first + start })
      use(words, start, words.length)
    }
  }

  #checkRange(first: number, count: number): number {
    checkWord('index', first)
    if (first + count > TWO_32) {
      throw new OptionError({ option: 'index', problem: `${first} + ${count} words end past word 2^32` })
    }
    return first
  }
}
