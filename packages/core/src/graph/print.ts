import { attributesOf, type TypedAttribute } from './attributes.ts'
import { formatShape } from './dims.ts'
import type { Graph, Node, ValueId } from './graph.ts'

const shownNumbers = 8

/**
 * A graph as text, one line a node:
 *
 *   %5 = matmul(%1, %2) {transposeB} : float [batch, 12]   # decoder.output
 *
 * Inputs stand first and outputs last, with their names; the body of a scan is indented under it.
 */
export function print(graph: Graph): string {
  return [`graph ${graph.name}`, ...printLines(graph).map((line) => `  ${line}`)].join('\n')
}

function printLines(graph: Graph): string[] {
  return [
    ...graph.inputs.map(({ name, value }) => `input %${value} '${name}' : ${typeOf(graph, value)}`),
    ...graph.nodes.flatMap((node) => printNode(graph, node)),
    ...graph.outputs.map(({ name, value }) => `output %${value} '${name}'`),
  ]
}

function printNode(graph: Graph, node: Node): string[] {
  const results = node.outputs.map((id) => `%${id}`).join(', ')
  const operands = node.inputs.map((id) => `%${id}`).join(', ')
  const types = node.outputs.map((id) => typeOf(graph, id)).join(', ')
  const attributes = attributesOf(node).flatMap(printAttribute).join(', ')
  const braces = attributes === '' ? '' : ` {${attributes}}`
  const scope = node.scope === '' ? '' : `   # ${node.scope}`
  const line = `${results} = ${node.op}(${operands})${braces} : ${types}${scope}`
  return node.op === 'scan'
    ? [line, ...printLines(node.attributes.body).map((inner) => `  ${inner}`)]
    : [line]
}

function typeOf(graph: Graph, id: ValueId): string {
  const type = graph.values[id]
  return type ? `${type.kind} ${formatShape(type.shape)}` : 'unknown'
}

/** A flag stands by its name where it is set; the body of a scan has lines of its own. */
function printAttribute({ name, type, value }: TypedAttribute): string[] {
  if (type === 'flag') return value ? [name] : []
  if (type === 'graph') return []
  return [`${name}=${Array.isArray(value) ? printArray(value) : value}`]
}

function printArray(values: readonly unknown[]): string {
  const shown = values.slice(0, shownNumbers).join(', ')
  const rest = values.length - shownNumbers
  return rest > 0 ? `[${shown}, … ${rest} more]` : `[${shown}]`
}
