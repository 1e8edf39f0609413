import { uniform } from './numbers.ts'

/** [steps, batch] as 0 and 1: row b is padded on the right after a length that falls with b. */
export function paddingMask(steps: number, batch: number): Int32Array {
  return Int32Array.from({ length: steps * batch }, (_, i) => {
    const [t, b] = [Math.floor(i / batch), i % batch]
    return t < Math.max(0, steps - b) ? 1 : 0
  })
}

/** The same [steps, …] values with the steps in the opposite order. */
export function flipSteps(values: Float32Array, steps: number): Float32Array {
  const size = values.length / steps
  return Float32Array.from(values, (_, i) => values[(steps - 1 - Math.floor(i / size)) * size + (i % size)]!)
}

/** dW = Σ over steps of dProjectionᵀ · h before the step, [columns, hidden]. */
export function weightGradient(
  dProjection: Float32Array,
  before: Float32Array,
  columns: number,
  hidden: number,
): Float32Array {
  const dWeight = new Float32Array(columns * hidden)
  for (let row = 0; row < before.length / hidden; row++) {
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < hidden; j++)
        dWeight[i * hidden + j]! += dProjection[row * columns + i]! * before[row * hidden + j]!
    }
  }
  return dWeight
}

/** Sums of [rows, columns] over the rows. */
export function columnSums(values: Float32Array, columns: number): Float32Array {
  const sums = new Float32Array(columns)
  values.forEach((value, i) => {
    sums[i % columns]! += value
  })
  return sums
}

/** Central differences of f at x, in the given places. */
export function finiteDifferences(
  f: (x: Float32Array) => number,
  x: Float32Array,
  places: number[],
): number[] {
  const step = 2 ** -7
  return places.map((place) => {
    const [up, down] = [step, -step].map((change) => {
      const moved = x.slice()
      moved[place]! += change
      return f(moved)
    })
    return (up! - down!) / (2 * step)
  })
}

/** What goes into a recurrence, besides its sizes; an LSTM takes no biasHh, a GRU no c0 and dCells. */
export interface RecurrenceInputs {
  xProjection: Float32Array
  weightHh: Float32Array
  biasHh: Float32Array
  h0: Float32Array
  c0: Float32Array
  dStates: Float32Array
  dCells: Float32Array
}

/** Random inputs of a recurrence with so many gates. */
export function randomInputs(gates: number, steps: number, batch: number, hidden: number): RecurrenceInputs {
  return {
    xProjection: uniform(1, steps * batch * gates * hidden, -2, 2),
    weightHh: uniform(2, gates * hidden * hidden, -0.5, 0.5),
    biasHh: uniform(3, gates * hidden, -0.5, 0.5),
    h0: uniform(4, batch * hidden),
    c0: uniform(5, batch * hidden),
    dStates: uniform(6, steps * batch * hidden),
    dCells: uniform(7, steps * batch * hidden),
  }
}
