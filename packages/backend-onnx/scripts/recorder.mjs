import { lower, reference } from '@dragoman/core'

/**
 * A backend that computes with the float64 reference and keeps what every run was given and gave.
 *
 * @param {ReadonlySet<import('@dragoman/core').CompositeName>} composites what stays whole in the kept graphs
 * @param {(record: { graph: import('@dragoman/core').Graph, inputs: object, outputs: object }) => void} keep
 *   takes host arrays by the names of inputs and outputs
 * @returns {import('@dragoman/core').Backend}
 */
export function recorder(composites, keep) {
  const inner = reference()
  return {
    specification: 1,
    name: 'recorder',
    composites,
    info: () => inner.info(),
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    dispose: () => inner.dispose(),
    async compile(graph, options) {
      const program = await inner.compile(lower(graph, new Set()).graph, options)
      return {
        stats: program.stats,
        dispose: () => program.dispose(),
        async run(given, runOptions) {
          const inputs = await hostArrays(given)
          const outputs = await program.run(given, runOptions)
          keep({ graph, inputs, outputs: await hostArrays(outputs) })
          return outputs
        },
      }
    },
  }
}

/** @param {import('@dragoman/core').ProgramInputs} arrays */
async function hostArrays(arrays) {
  const copies = {}
  for (const [name, array] of Object.entries(arrays)) {
    const data = 'data' in array ? array.data : await array.read()
    copies[name] = { kind: array.kind, shape: array.shape, data: data.slice() }
  }
  return copies
}
