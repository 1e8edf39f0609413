import type { Backend, Bindings, DeviceArray, Graph, HostArray, Program } from '@dragoman/core'
import { evaluateShape, lower, RandomStream, reference } from '@dragoman/core'
import { broken, editNodes } from './broken-backend.ts'
import type { Mutant } from './mutant.ts'

type Run = Program['run']

function sizesOf(graph: Graph, inputs: Readonly<Record<string, DeviceArray | HostArray>>): Bindings {
  const sizes: Record<string, number> = {}
  for (const { name, value } of graph.inputs) {
    graph.values[value]!.shape.forEach((dim, axis) => {
      const size = inputs[name]?.shape[axis]
      if (typeof dim === 'string' && size !== undefined) sizes[dim] = size
    })
  }
  return sizes
}

/** Size nodes with the sizes of a run in the place of names. */
function withSizes(graph: Graph, inputs: Readonly<Record<string, DeviceArray | HostArray>>): Graph {
  const sizes = sizesOf(graph, inputs)
  return editNodes(graph, (node) =>
    node.op === 'size'
      ? { ...node, attributes: { dim: evaluateShape([node.attributes.dim], sizes)[0]! } }
      : node,
  )
}

/** A backend that binds sizes by name once and for all. */
function staleSizes(): Backend {
  return broken({
    run: (program, inner, graph) => {
      let first: Promise<Program> | undefined
      return async (inputs, options) => {
        if (!graph.nodes.some(({ op }) => op === 'size')) return program.run(inputs, options)
        first ??= inner.compile(withSizes(graph, inputs))
        return (await first).run(inputs, options)
      }
    },
  })
}

/** A backend that draws dropout masks itself, with the bits of the step after. */
function otherBits(): Backend {
  const inner = reference()
  return {
    ...broken({}),
    composites: new Set(['dropoutMask'] as const),
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    async compile(graph) {
      const { graph: lowered, masks } = lower(graph, new Set())
      const program = await inner.compile(lowered)
      const run: Run = (inputs, options) => {
        const drawn: Record<string, HostArray> = {}
        for (const { name, shape, rate, site, key } of masks) {
          const [low, high, step] = [...(inputs[key] as HostArray).data].map((word) => word >>> 0)
          const sizes = evaluateShape(shape, sizesOf(graph, inputs))
          const count = sizes.reduce((product, size) => product * size, 1)
          const at = { step: step! + 1, site }
          const data = new RandomStream(high! * 2 ** 32 + low!).dropoutMask(count, rate, at)
          drawn[name] = { kind: 'float', shape: sizes, data }
        }
        const known = lowered.inputs.map((port) => port.name)
        const given = Object.entries({ ...inputs, ...drawn }).filter(([name]) => known.includes(name))
        return program.run(Object.fromEntries(given), options)
      }
      return { stats: program.stats, run, dispose: () => program.dispose() }
    },
  }
}

/** What a run reads of its inputs, whoever made them. */
async function hosted(inputs: Readonly<Record<string, DeviceArray | HostArray>>) {
  const copies = Object.entries(inputs).map(async ([name, array]) => {
    if ('data' in array) return [name, array] as const
    return [name, { kind: array.kind, shape: array.shape, data: await array.read() }] as const
  })
  return Object.fromEntries(await Promise.all(copies))
}

const running = (run: (program: Program, inner: Backend) => Run) => () => broken({ run })

/** Mistakes in how runs go: one beside another, stopped, refused. */
export const runMutants: readonly Mutant[] = [
  {
    name: 'runs asked for at once that share their inputs',
    backend: running((program) => {
      let latest: Parameters<Run> | undefined
      return async (...given) => {
        latest = given
        await Promise.resolve()
        return program.run(...latest)
      }
    }),
    caught: ['concurrency/runs asked for at once do not mix', 'concurrency/runs of several sizes at once'],
  },
  {
    name: 'sizes that are those of the first run',
    backend: staleSizes,
    caught: ['ops/size with sizes by name, run after run'],
  },
  {
    name: 'dropout masks of another step',
    backend: otherBits,
    caught: ['training/dropout masks of rate 0.5 are those of the random stream'],
  },
  {
    name: 'a signal that nobody looks at',
    backend: running(
      (program) =>
        (inputs, { signal: _, ...rest } = {}) =>
          program.run(inputs, rest),
    ),
    caught: [
      'concurrency/a run that is aborted before it starts',
      'concurrency/one of several runs is aborted',
    ],
  },
  {
    name: 'an abort that leaves an array behind',
    backend: running((program, inner) => async (inputs, options = {}) => {
      try {
        return await program.run(inputs, options)
      } catch (error) {
        inner.upload({ kind: 'bool', shape: [], data: Uint8Array.of(0) })
        throw error
      }
    }),
    caught: [
      'concurrency/a run that is aborted before it starts',
      'errors/an input of another rank is refused',
    ],
  },
  {
    name: 'arrays of another backend that are taken',
    backend: running((program) => async (inputs) => program.run(await hosted(inputs))),
    caught: ['errors/an array of another backend is refused'],
  },
  {
    name: 'errors of another class',
    backend: running(
      (program) => (inputs, options) =>
        program.run(inputs, options).catch((error: unknown) => {
          throw new TypeError(String(error))
        }),
    ),
    caught: ['errors/an input of another rank is refused', 'errors/a disposed array is refused'],
  },
  {
    name: 'errors that do not name the input',
    backend: running(
      (program) => (inputs, options) =>
        program.run(inputs, options).catch((error: Error) => {
          throw Object.assign(error, { message: 'wrong input' })
        }),
    ),
    caught: ['errors/a missing input is refused', 'errors/sizes of one name that differ is refused'],
  },
  {
    name: 'a refused run that takes its donation',
    backend: running(
      (program) =>
        (inputs, options = {}) =>
          program.run(inputs, options).catch((error: unknown) => {
            for (const name of options.donate ?? []) (inputs[name] as DeviceArray).dispose()
            throw error
          }),
    ),
    caught: ['memory/a refused run takes no donation', 'concurrency/a run that is aborted before it starts'],
  },
  {
    name: 'programs that outlive their end',
    backend: () => {
      const inner = reference()
      return {
        ...broken({}),
        upload: (array) => inner.upload(array),
        live: () => inner.live(),
        compile: async (graph, options) => {
          const { run, stats } = await inner.compile(graph, options).then((program) => ({
            run: program.run.bind(program),
            stats: program.stats,
          }))
          return { run, stats, dispose: () => {} }
        },
      }
    },
    caught: ['errors/a disposed program is refused'],
  },
]
