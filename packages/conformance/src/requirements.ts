import type { Backend, Graph, PrimitiveName } from '@dragoman/core'
import { lower, primitiveNames, reference } from '@dragoman/core'
import type { ConformanceCase } from './case.ts'

/**
 * The primitives that the graphs of a case use once every composite is its body: what a backend without
 * composites of its own must have. Found by running the case on the float64 reference.
 *
 * @returns in the order of core's list; none for a case that compiles nothing.
 */
export async function requirementsOf(each: ConformanceCase): Promise<readonly PrimitiveName[]> {
  const used = new Set<string>()
  const inner = reference()
  const recorder: Backend = {
    specification: 1,
    name: inner.name,
    composites: inner.composites,
    info: () => inner.info(),
    compile: (graph, options) => {
      const compiled = inner.compile(graph, options)
      compiled.then(
        () => addOps(lower(graph, new Set()).graph, used),
        // What the reference refuses, a case of errors asked for.
        () => {},
      )
      return compiled
    },
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    dispose: () => inner.dispose(),
  }
  try {
    await each.run(recorder)
  } finally {
    await inner.dispose()
  }
  return primitiveNames.filter((op) => used.has(op))
}

function addOps(graph: Graph, used: Set<string>): void {
  for (const node of graph.nodes) {
    used.add(node.op)
    if (node.op === 'scan') addOps(node.attributes.body, used)
  }
}
