import type { DecodeOptions } from '../../engine/protocol.ts'

/** What a person chose of the ways of decoding. */
export interface DecodeState {
  readonly beams: number
  readonly lengthPenalty: number
  readonly sample: boolean
  readonly temperature: number
  readonly seed: number
}

const defaults: DecodeState = { beams: 1, lengthPenalty: 1, sample: false, temperature: 1, seed: 0 }

/** From the address; what is no number there, or out of range, is the default. */
export function readDecodeState(state: Readonly<Record<string, string>>): DecodeState {
  const number = (name: keyof DecodeState, low: number, high: number) => {
    const value = Number(state[name])
    return state[name] !== undefined && value >= low && value <= high ? value : Number(defaults[name])
  }
  return {
    beams: Math.round(number('beams', 1, 12)),
    lengthPenalty: number('lengthPenalty', 0, 3),
    sample: state.sample === 'true',
    temperature: number('temperature', 0.1, 3),
    seed: Math.round(number('seed', 0, 1_000)),
  }
}

/** Into the address; defaults are left out. */
export function writeDecodeState(state: DecodeState): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      value === defaults[name as keyof DecodeState] ? undefined : String(value),
    ]),
  )
}

/** Only options that apply, as the library refuses the others. */
export function decodeOptions({
  beams,
  lengthPenalty,
  sample,
  temperature,
  seed,
}: DecodeState): DecodeOptions {
  if (sample) return { sample, temperature, seed }
  return beams > 1 ? { beams, nbest: beams, lengthPenalty } : {}
}
