import type { HostArray } from '../backend/contract.ts'
import { DataError } from '../errors.ts'
import type { FramesConfig } from './config.ts'

/** A batch of frames as an encoder takes it. */
export interface FrameBatch {
  /** float [batch, source, reduction · features]; reduction is the product of the strides. */
  readonly source: HostArray
  /** int [batch], frames of each recording. */
  readonly sourceLengths: HostArray
}

/**
 * Lays recordings side by side: float [batch, frames, features], padded with zeros to a multiple of the
 * frames that become one vector, and read as [batch, frames / reduction, reduction · features].
 *
 * @param recordings frames one after another, `features` numbers each, such as log-mel energies.
 * @throws DataError when there is none, or when one does not divide into frames.
 */
export function frameBatch(
  recordings: readonly ArrayLike<number>[],
  { features, strides }: Pick<FramesConfig, 'features' | 'strides'>,
): FrameBatch {
  if (recordings.length === 0) throw new DataError({ problem: 'a batch needs a recording' })
  const lengths = recordings.map((recording, i) => {
    const frames = recording.length / features
    if (Number.isInteger(frames)) return frames
    const problem = `recording ${i + 1} has ${recording.length} numbers, which are no frames of ${features}`
    throw new DataError({ problem, hint: 'give whole frames, one after another' })
  })
  const width = features * strides.reduce((product, stride) => product * stride, 1)
  const longest = Math.max(1, ...recordings.map((recording) => Math.ceil(recording.length / width)))
  const data = new Float32Array(recordings.length * longest * width)
  recordings.forEach((recording, i) => {
    data.set(recording, i * longest * width)
  })
  return {
    source: { kind: 'float', shape: [recordings.length, longest, width], data },
    sourceLengths: { kind: 'int', shape: [recordings.length], data: Int32Array.from(lengths) },
  }
}
