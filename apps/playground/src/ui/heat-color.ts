/** Red, green, blue from 0 to 255. */
export type Color = readonly [number, number, number]

// Blue and orange of Okabe and Ito, which people with any colour vision can tell apart.
const positive: Color = [0, 114, 178]
const negative: Color = [213, 94, 0]

/**
 * The colour of a value: the ground at 0, blue up to `largest`, orange down to −`largest`.
 *
 * @param ground the colour of the page there.
 */
export function heatColor(value: number, largest: number, ground: Color): Color {
  const share = largest > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / largest) : 0
  const toward = value < 0 ? negative : positive
  return [0, 1, 2].map((i) => Math.round(ground[i]! + (toward[i]! - ground[i]!) * share)) as unknown as Color
}

/** The largest size among finite values; 0 of none. */
export function largestOf(data: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) largest = Math.max(largest, Math.abs(data[i]!))
  }
  return largest
}
