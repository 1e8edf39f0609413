import type { CompositeName, Graph, Node, NodeOf, ValueId } from '@dragoman/core/backend'
import { subDims } from '@dragoman/core/backend'
import { GraphIndex } from './graph-index.ts'

/** A recurrent layer as the graph has it. */
export type RecurrentNode = NodeOf<'lstm'> | NodeOf<'gru'>

/** A recurrent layer that the operators LSTM and GRU can stand for, with what they take in. */
export interface RecurrentPattern {
  /** [T, B, I], before the projection. */
  readonly x: ValueId
  /** [gates · H, I] */
  readonly weight: ValueId
  /** Of the projection, [gates · H] each; 2 at most. */
  readonly biases: readonly ValueId[]
  /** int [B], of a layer with padding. */
  readonly lengths: ValueId | undefined
  /** Nodes of the projection. */
  readonly projection: readonly Node[]
  /** Slices that take the last state, and the last cell. */
  readonly lastStates: readonly NodeOf<'slice'>[]
  readonly lastCells: readonly NodeOf<'slice'>[]
}

/**
 * The pattern around a recurrent layer, if the operators give all that the graph reads: they know the states of all
 * steps, 0 at padding, and the last state and cell, but no gates and no other cells.
 */
export function recurrentPattern(index: GraphIndex, node: RecurrentNode): RecurrentPattern | undefined {
  const [states, second, third] = node.outputs as [ValueId, ValueId, ValueId]
  // Both take four operands before the mask; the second result of a GRU are gates.
  const isReal = node.inputs[4]
  const lastCells = node.op === 'lstm' ? lastEntries(index, node, second) : []
  if (index.readers(third).length > 0 || index.readers(second).length > lastCells.length) return undefined
  if (index.isOutput(second) || index.isOutput(third)) return undefined
  const lastStates = lastEntries(index, node, states)
  const lengths = isReal === undefined ? undefined : lengthsOf(index, isReal)
  if (isReal !== undefined && (lengths === undefined || index.isOutput(states))) return undefined
  const others = index.readers(states).filter((reader) => !lastStates.includes(reader as NodeOf<'slice'>))
  if (isReal !== undefined && !others.every((reader) => isMasked(index, reader, states, isReal)))
    return undefined
  if (typeof index.shape(node.inputs[1]!)[0] !== 'number') return undefined
  const projection = projectionOf(index, node.inputs[0]!)
  return projection && { ...projection, lengths, lastStates, lastCells }
}

/** Composites of which every node in the graph, or in the body of a loop, has the pattern, so that they may stay whole. */
export function wholeRecurrents(graph: Graph): Set<CompositeName> {
  const whole = new Set<CompositeName>(['lstm', 'gru'])
  const seen = new Set<CompositeName>()
  const visit = (place: Graph) => {
    const index = new GraphIndex(place)
    for (const node of place.nodes) {
      if (node.op === 'scan') visit(node.attributes.body)
      if (node.op !== 'lstm' && node.op !== 'gru') continue
      seen.add(node.op)
      if (!recurrentPattern(index, node)) whole.delete(node.op)
    }
  }
  visit(graph)
  return new Set([...whole].filter((op) => seen.has(op)))
}

/** Readers that take the entry of the step that is done last. */
function lastEntries(index: GraphIndex, { attributes }: RecurrentNode, id: ValueId): NodeOf<'slice'>[] {
  const shape = index.shape(id)
  const last = attributes.reverse ? 0 : subDims(shape[0]!, 1)
  return index.readers(id).filter((reader): reader is NodeOf<'slice'> => {
    if (reader.op !== 'slice') return false
    const { starts, sizes } = reader.attributes
    return starts[0] === last && sizes[0] === 1 && sizes[1] === shape[1] && sizes[2] === shape[2]
  })
}

/** isReal ? states : 0 */
function isMasked(index: GraphIndex, reader: Node, states: ValueId, isReal: ValueId): boolean {
  if (reader.op !== 'select') return false
  const [condition, yes, no] = reader.inputs as [ValueId, ValueId, ValueId]
  const maker = index.maker(condition)
  return yes === states && index.isZero(no) && maker?.op === 'reshape' && maker.inputs[0] === isReal
}

/** The lengths [B] of a mask [T, B] that says step < length. */
function lengthsOf(index: GraphIndex, isReal: ValueId): ValueId | undefined {
  const maker = index.maker(isReal)
  if (maker?.op !== 'less') return undefined
  const [steps, row] = maker.inputs.map((id) => index.maker(id))
  if (steps?.op !== 'reshape' || row?.op !== 'reshape') return undefined
  const [T, B] = index.shape(isReal)
  const count = index.maker(steps.inputs[0]!)
  const isColumn = count?.op === 'iota' && index.shape(steps.outputs[0]!).join() === `${T},1`
  const isRow = index.shape(row.outputs[0]!).join() === `1,${B}`
  return isColumn && isRow && index.shape(row.inputs[0]!).length === 1 ? row.inputs[0]! : undefined
}

/** x Wᵀ with up to two biases, which nothing but the layer reads. */
function projectionOf(
  index: GraphIndex,
  id: ValueId,
): Pick<RecurrentPattern, 'x' | 'weight' | 'biases' | 'projection'> | undefined {
  const projection: Node[] = []
  const biases: ValueId[] = []
  let at = id
  for (;;) {
    const maker = index.maker(at)
    if (!maker || !index.isReadOnce(at)) return undefined
    projection.push(maker)
    if (maker.op === 'matmul') {
      const { transposeA, transposeB } = maker.attributes
      const [x, weight] = maker.inputs as [ValueId, ValueId]
      const isPlain = !transposeA && transposeB && index.shape(x).length === 3
      return isPlain && index.shape(weight).length === 2 ? { x, weight, biases, projection } : undefined
    }
    const [sum, bias] = maker.inputs as [ValueId, ValueId]
    if (maker.op !== 'add' || biases.length === 2) return undefined
    if (index.shape(bias).join() !== `${index.shape(id).at(-1)}`) return undefined
    biases.unshift(bias)
    at = sum
  }
}
