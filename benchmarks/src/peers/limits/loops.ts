import {
  add,
  addInts,
  assemble,
  type Code,
  firstLane,
  get,
  int,
  isBelow,
  load,
  loop,
  multiply,
  multiplyAdd,
  set,
  splat,
  tee,
} from './assembler.ts'

/** Independent sums, enough to hide the latency of an addition and few enough for the registers. */
const chains = 12
/** Floating-point operations of one pass: a multiplication and an addition of four lanes a chain. */
export const operationsPerPass: number = chains * 8
/** Bytes of one pass of the reading loop. */
export const bytesPerPass = 128

const sums = Array.from({ length: chains }, (_, i) => i + 2)

/** x · y + z, rounded once or twice as the machine likes, or twice. */
function multiplied(x: Code, y: Code, z: Code, isRelaxed: boolean): Code {
  return isRelaxed ? [...x, ...y, ...z, ...multiplyAdd] : [...x, ...y, ...multiply, ...z, ...add]
}

function totalOf(locals: readonly number[]): Code {
  return [...locals.flatMap((local, i) => [...get(local), ...(i === 0 ? [] : add)]), ...firstLane]
}

/** A module whose `run(0, passes)` multiplies and adds in registers alone. */
export function computingLoop(isRelaxed: boolean): Uint8Array<ArrayBuffer> {
  const [factor, term] = [chains + 2, chains + 3]
  const steps = sums.map(
    (sum): Code => [...multiplied(get(sum), get(factor), get(term), isRelaxed), ...set(sum)],
  )
  return assemble(chains + 2, [
    [...splat(0.999), ...set(factor), ...splat(0.001), ...set(term)],
    loop(...steps, [...get(0), ...int(1), ...addInts, ...tee(0), ...get(1), ...isBelow]),
    totalOf(sums),
  ])
}

/** A module whose `run(begin, end)` adds up the bytes between two addresses, as floats. */
export function readingLoop(): Uint8Array<ArrayBuffer> {
  const own = sums.slice(0, bytesPerPass / 16)
  const steps = own.map((sum, i): Code => [...get(sum), ...get(0), ...load(16 * i), ...add, ...set(sum)])
  return assemble(own.length, [
    loop(...steps, [...get(0), ...int(bytesPerPass), ...addInts, ...tee(0), ...get(1), ...isBelow]),
    totalOf(own),
  ])
}
