import { keepState, route } from '../../state/route.ts'

/** Where one looks: the step of the decoder, and the layer and head of each attention. From 0. */
export type Place = 'step' | 'encoderLayer' | 'encoderHead' | 'layer' | 'head' | 'crossHead'

/** The place that the address names, at most `last`. */
export function placeOf(place: Place, last: number): number {
  const number = Number(route.value.state[place] ?? 1)
  return Number.isInteger(number) ? Math.max(0, Math.min(last, number - 1)) : 0
}

/** Looks elsewhere; the address counts from 1, and leaves out the first. */
export function goToPlace(places: Partial<Record<Place, number>>): void {
  const changes = Object.entries(places).map(([name, at]) => [name, at === 0 ? undefined : String(at + 1)])
  keepState(Object.fromEntries(changes))
}
