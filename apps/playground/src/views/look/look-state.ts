import { type Signal, signal } from '@preact/signals'
import type { Look } from '../../engine/protocol.ts'

/** What is looked at, once the model has answered. */
export const look: Signal<Look | undefined> = signal(undefined)

/** One matrix of the inspection, [rows, columns]; of several heads the one asked for. */
export interface Matrix {
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
}

/** A value by its name; undefined where this model has none. Of [H, R, C] one head, 0 by default. */
export function matrixOf({ inspection }: Look, name: string, head = 0): Matrix | undefined {
  const value = inspection.values.get(name)
  if (!value) return undefined
  const columns = value.shape.at(-1) ?? 1
  const rows = value.shape.length > 1 ? value.shape.at(-2)! : 1
  const start = value.shape.length > 2 ? head * rows * columns : 0
  return { data: Float32Array.from(value.data.slice(start, start + rows * columns)), rows, columns }
}

/** Heads of an attention by the name of its place; 0 where there is none. */
export function headsOf({ inspection }: Look, place: string): number {
  const value = inspection.values.get(`${place}.weights`)
  return value && value.shape.length === 3 ? value.shape[0]! : 0
}

/** The layers of a Transformer stack, by name: `encoder.layers.0` …; none of an RNN. */
export function layersOf({ inspection }: Look, stack: 'encoder' | 'decoder'): string[] {
  const names = [...inspection.values.keys()].map((name) => name.match(`^${stack}\\.layers\\.\\d+`)?.[0])
  const layers = new Set(names.filter((name) => name !== undefined))
  return [...layers].sort((a, b) => Number(a.split('.').at(-1)) - Number(b.split('.').at(-1)))
}

/** a − b, elementwise: what was added on the way from b to a. */
export function difference(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: a.data.map((value, i) => value - b.data[i]!) }
}

/** Q Kᵀ / √d of one head: the scores before the softmax. Keys may be shared by groups of heads. */
export function scoresOf(query: Matrix, key: Matrix): Matrix {
  const data = new Float32Array(query.rows * key.rows)
  const scale = 1 / Math.sqrt(query.columns)
  for (let t = 0; t < query.rows; t++) {
    for (let s = 0; s < key.rows; s++) {
      let sum = 0
      for (let i = 0; i < query.columns; i++) {
        sum += query.data[t * query.columns + i]! * key.data[s * key.columns + i]!
      }
      data[t * key.rows + s] = sum * scale
    }
  }
  return { data, rows: query.rows, columns: key.rows }
}

/** Scores or weights with what a row may not see left out, as NaN: every column after its own. */
export function causal({ data, rows, columns }: Matrix): Matrix {
  const masked = data.map((value, i) => (i % columns > Math.floor(i / columns) ? Number.NaN : value))
  return { data: masked, rows, columns }
}

/** Whether a sub-layer normalises what it reads, and not what it gives. */
export function isPreNorm({ inspection }: Look, name: string): boolean {
  const names = [...inspection.values.keys()]
  return names.indexOf(`${name}.normalized`) < names.indexOf(`${name}.query`)
}

/**
 * What was added to the scores before the softmax, such as a bias for each distance: log of the weights less the scores,
 * each row counted from its first cell, as a softmax does not know what is the same in a whole row.
 *
 * @returns undefined where nothing was added: the softmax of the scores is the weights.
 */
export function biasOf(scores: Matrix, weights: Matrix): Matrix | undefined {
  const { rows, columns } = scores
  const data = scores.data.map((_, i) => {
    const first = i - (i % columns)
    const at = (j: number) => Math.log(weights.data[j]!) - scores.data[j]!
    return at(i) - at(first)
  })
  // Of weights that vanish in float32 nothing can be said.
  const known = data.map((value) => (Number.isFinite(value) ? value : 0))
  return known.some((value) => Math.abs(value) > 0.01) ? { data: known, rows, columns } : undefined
}
