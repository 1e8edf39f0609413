import { attributesOf } from './attributes.ts'
import type { Graph, Node, ValueId } from './graph.ts'
import { encodeNumber } from './json-number.ts'

/**
 * A hash of what a graph computes, 16 hexadecimal digits: equal for graphs that have the same nodes
 * in the same order between ports of the same names, however their values are numbered. Names of
 * graphs and scopes do not count.
 */
export function hashGraph(graph: Graph): string {
  const bytes = new TextEncoder().encode(JSON.stringify(canonical(graph, true)))
  const words = [murmur3(bytes, 0), murmur3(bytes, 0x9e3779b9)]
  return words.map((word) => word.toString(16).padStart(8, '0')).join('')
}

/** The graph with values numbered in the order in which they are made; types follow from the inputs'. */
function canonical(graph: Graph, named: boolean): unknown {
  const numbers = new Map<ValueId, number>()
  const define = (id: ValueId) => numbers.set(id, numbers.size)
  const inputs = graph.inputs.map(({ name, value }) => {
    define(value)
    const { kind, shape } = graph.values[value]!
    return [named ? name : '', kind, shape]
  })
  const nodes = graph.nodes.map((node) => {
    const operands = node.inputs.map((id) => numbers.get(id))
    node.outputs.forEach(define)
    return [node.op, operands, node.outputs.length, canonicalAttributes(node)]
  })
  const outputs = graph.outputs.map(({ name, value }) => [named ? name : '', numbers.get(value)])
  return [inputs, nodes, outputs]
}

function canonicalAttributes(node: Node): unknown[] {
  return attributesOf(node).map(({ type, value }) => {
    if (type === 'graph') return canonical(value as Graph, false)
    if (type === 'number') return encodeNumber(value as number)
    return type === 'numbers' ? (value as readonly number[]).map(encodeNumber) : value
  })
}

/** MurmurHash3 x86 32-bit. Source: Appleby, the SMHasher repository, public domain. */
export function murmur3(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 4)
  let hash = seed
  for (let i = 0; i < whole; i += 4) {
    hash ^= scramble(view.getUint32(i, true))
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!
  if (whole < bytes.length) hash ^= scramble(tail)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
