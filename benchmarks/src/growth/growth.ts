import type { Machine } from '../machine.ts'

/** What grows while the rest stays. */
export type Axis = 'batch' | 'length' | 'width' | 'layers'

/** A training step at one size. */
export interface Point {
  readonly model: string
  readonly axis: Axis
  readonly size: number
  readonly medianMs: number
  /** Memory of the step beside weights, gradients' moments and inputs: the workspace that its plan shares. */
  readonly workspaceMegabytes: number
  /** Weights and moments. */
  readonly stateMegabytes: number
}

/** The time of one token at a position of the target. */
export interface Position {
  readonly model: string
  readonly position: number
  readonly medianMs: number
}

/** What is measured. */
export interface Measurements {
  readonly points: readonly Point[]
  readonly positions: readonly Position[]
}

/** One run of it, as docs/benchmarks.json keeps it. */
export interface Growth extends Measurements {
  readonly date: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  readonly minutes: number
}

/** Sizes of a model and its batch. */
export type Sizes = Readonly<Record<Axis, number>>

/** Where every axis starts from; the other axes stay at these. */
export const base: Sizes = { batch: 16, length: 24, width: 256, layers: 2 }

/** The sizes along each axis. */
export const axes: Readonly<Record<Axis, readonly number[]>> = {
  batch: [4, 8, 16, 32, 64],
  length: [12, 24, 48, 96, 192],
  width: [64, 128, 256, 512],
  layers: [1, 2, 4, 8],
}

/** Words of every model here: few, so that the layers and not the output decide. */
export const vocabulary = 1000
