import type { Backend, DeviceArray, HostArray, HostData, Program } from '@dragoman/core'
import { broken } from './broken-backend.ts'
import type { Mutant } from './mutant.ts'

type Run = Program['run']

/** A backend with another `run`. */
function running(run: (program: Program, inner: Backend) => Run): () => Backend {
  return () => broken({ run })
}

/** The same array with another `read`. */
function reading(array: DeviceArray, read: () => Promise<HostData>): DeviceArray {
  return Object.assign(array, { read })
}

/** Mistakes in who owns memory. */
export const memoryMutants: readonly Mutant[] = [
  {
    name: 'a run that keeps an array for itself',
    backend: running((program, inner) => (inputs, options) => {
      inner.upload({ kind: 'bool', shape: [], data: Uint8Array.of(0) })
      return program.run(inputs, options)
    }),
    caught: [
      'ops/neg of float [7]',
      'memory/a session replaces its state in place',
      'memory/a run leaves its outputs and nothing else',
      'concurrency/a thousand runs leave nothing behind',
      'decoding/decoding leaves nothing behind: LSTM with attention',
    ],
  },
  {
    name: 'a run that does not take what is donated',
    backend: running((program) => (inputs) => program.run(inputs)),
    caught: ['memory/donated inputs are gone, others stay', 'memory/donation step after step'],
  },
  {
    name: 'a run that writes over inputs that were not donated',
    backend: running((program) => async (inputs, options) => {
      const outputs = await program.run(inputs, options)
      for (const [name, output] of Object.entries(outputs)) {
        const input = inputs[name]
        if (input && !('data' in input)) {
          const data = await output.read()
          reading(input, async () => data.slice())
        }
      }
      return outputs
    }),
    caught: ['memory/inputs that are not donated stay as they are'],
  },
  {
    name: 'uploads that are the buffer of the caller',
    backend: () =>
      broken({ upload: (upload, array) => reading(upload(array), async () => array.data.slice()) }),
    caught: ['memory/an upload is a copy'],
  },
  {
    name: 'reads that are one buffer',
    backend: () => broken({ upload: (upload, array) => reading(upload(array), async () => array.data) }),
    caught: ['memory/a read is a copy'],
  },
  {
    name: 'outputs that are the arrays given in',
    backend: running((program) => async (inputs, options) => {
      const outputs = await program.run(inputs, options)
      const given = Object.values(inputs).find((input): input is DeviceArray => !('data' in input))
      if (!given || !outputs.one) return outputs
      outputs.one.dispose()
      return { ...outputs, one: given }
    }),
    caught: ['memory/outputs do not share memory'],
  },
  {
    name: 'a count that counts nothing',
    backend: () => broken({ live: () => ({ arrays: 0, bytes: 0 }) }),
    caught: ['memory/live counts uploads'],
  },
  {
    name: 'a program that keeps the inputs of its first run',
    backend: running((program) => {
      const kept: Record<string, DeviceArray | HostArray> = {}
      return (inputs, options) => {
        const stale = Object.entries(inputs).map(([name, array]) => {
          if ('data' in array) kept[name] ??= array
          return [name, kept[name] ?? array]
        })
        return program.run(Object.fromEntries(stale), options)
      }
    }),
    caught: ['laws/one program serves all sizes: lstm, context in the first state'],
  },
  {
    name: 'constants that are built in for good',
    backend: () =>
      broken({
        run: (program, _, __, { constants = [] } = {}) => {
          const kept: Record<string, HostArray> = {}
          return async (inputs, options) => {
            for (const name of constants) {
              const array = inputs[name]!
              kept[name] ??= { kind: array.kind, shape: array.shape, data: await dataOf(array) }
            }
            return program.run({ ...inputs, ...kept }, options)
          }
        },
      }),
    caught: [
      'memory/a constant that changes is noticed',
      'memory/a constant may be a host array',
      'memory/a constant of a session may be set anew',
    ],
  },
]

async function dataOf(array: DeviceArray | HostArray): Promise<HostData> {
  return 'data' in array ? array.data : array.read()
}
