import type { Backend, DeviceArray, Graph, HostArray, Node, Program } from '@dragoman/core'
import { reference, UnsupportedOpError } from '@dragoman/core'
import { afterAll, describe, expect, test } from 'vitest'
import { GapList } from './gaps.ts'
import { MismatchError } from './mismatch-error.ts'
import { conformanceCases } from './suite.ts'

const cases = conformanceCases()

function caseOf(id: string) {
  const found = cases.find((each) => each.id === id)
  if (!found) throw new Error(`there is no case '${id}'`)
  return found
}

function editGraph(graph: Graph, edit: (node: Node) => Node): Graph {
  const nodes = graph.nodes.map((node) => {
    const edited = edit(node)
    if (edited.op !== 'scan') return edited
    const body = editGraph(edited.attributes.body, edit)
    return { ...edited, attributes: { ...edited.attributes, body } }
  })
  return { ...graph, nodes }
}

/** The reference with a wrong idea of some nodes. */
function broken(edit: (node: Node) => Node): Backend {
  return brokenGraphs((graph) => editGraph(graph, edit))
}

/** The reference with a wrong idea of some graphs. */
function brokenGraphs(edit: (graph: Graph) => Graph): Backend {
  const inner = reference()
  return {
    specification: 1,
    name: 'broken',
    composites: inner.composites,
    info: () => inner.info(),
    compile: (graph, options) => inner.compile(edit(graph), options),
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    dispose: () => inner.dispose(),
  }
}

/** The graph with caches going out as they came in. */
function forgetUpdates(graph: Graph): Graph {
  const before = new Map(
    graph.nodes.flatMap((node) =>
      node.op === 'dynamicUpdate' ? [[node.outputs[0]!, node.inputs[0]!] as const] : [],
    ),
  )
  const outputs = graph.outputs.map((port) => ({ ...port, value: before.get(port.value) ?? port.value }))
  return { ...graph, outputs }
}

/** The reference with another `run`. */
function running(run: (program: Program, backend: Backend) => Program['run']): Backend {
  const inner = reference()
  const changed = broken((node) => node)
  return {
    ...changed,
    upload: (array) => inner.upload(array),
    live: () => inner.live(),
    compile: async (graph) => {
      const program = await inner.compile(graph)
      return { stats: program.stats, run: run(program, inner), dispose: () => program.dispose() }
    },
  }
}

const mutants: readonly { name: string; backend: () => Backend; caught: readonly string[] }[] = [
  {
    name: 'a mask that is one position too long',
    backend: () =>
      broken((node) => (node.op === 'less' ? ({ ...node, op: 'lessEqual' } as unknown as Node) : node)),
    caught: [
      'ops/less of float [2,3] and [2,3]',
      'laws/padding changes nothing: lstm, context in the first state',
    ],
  },
  {
    name: 'branches of select that are swapped',
    backend: () =>
      broken((node) =>
        node.op === 'select'
          ? { ...node, inputs: [node.inputs[0]!, node.inputs[2]!, node.inputs[1]!] }
          : node,
      ),
    caught: ['gradients/lstm forwards with padding', 'goldens/rnn lstm-1-layer-forward-zero-state-lengths'],
  },
  {
    name: 'loops that only go forwards',
    backend: () =>
      broken((node) =>
        node.op === 'scan' ? { ...node, attributes: { ...node.attributes, reverse: false } } : node,
      ),
    caught: [
      'gradients/scan backwards, all outputs used',
      'laws/scan = unrolled: backwards, all outputs used',
      'goldens/rnn gru-1-layer-bidirectional-zero-state-full',
    ],
  },
  {
    name: 'products that forget to transpose square matrices',
    backend: () =>
      broken((node) =>
        node.op === 'matmul' ? { ...node, attributes: { ...node.attributes, transposeB: false } } : node,
      ),
    caught: ['gradients/scan forwards, all outputs used'],
  },
  {
    name: 'gates that stand in another order',
    backend: () =>
      broken((node) => {
        if (node.op !== 'concat' || node.inputs.length !== 4) return node
        const [i, f, ...rest] = node.inputs
        return { ...node, inputs: [f!, i!, ...rest] }
      }),
    caught: ['gradients/lstm forwards', 'goldens/rnn lstm-1-layer-forward-zero-state-full'],
  },
  {
    name: 'a maximum that is a minimum',
    backend: () =>
      broken((node) => (node.op === 'reduceMax' ? ({ ...node, op: 'reduceMin' } as unknown as Node) : node)),
    caught: [
      'ops/reduceMax of float [7] over 0',
      'goldens/losses cross-entropy-smoothing-0.0-extreme-logits',
    ],
  },
  {
    name: 'a causal mask that is turned around',
    backend: () =>
      broken((node) =>
        node.op === 'lessEqual' ? { ...node, inputs: [node.inputs[1]!, node.inputs[0]!] } : node,
      ),
    caught: [
      'goldens/transformer scaled-dot-product-causal',
      'goldens/transformer decoder-layer-post-norm-gelu-full',
      'laws/the past does not see the future: transformer, rotary positions, pre-RMSNorm, SwiGLU, shared keys',
      'laws/step by step = all at once: transformer, sinusoidal positions, post-norm',
    ],
  },
  {
    name: 'caches that stay as they were',
    backend: () => brokenGraphs(forgetUpdates),
    caught: ['laws/step by step = all at once: transformer, alibi positions, post-norm, SiLU, shared keys'],
  },
  {
    name: 'a run that keeps an array for itself',
    backend: () =>
      running((program, backend) => (inputs, options) => {
        backend.upload({ kind: 'bool', shape: [], data: Uint8Array.of(0) })
        return program.run(inputs, options)
      }),
    caught: ['ops/neg of float [7]', 'laws/a session replaces its state in place'],
  },
  {
    name: 'a run that does not take what is donated',
    backend: () => running((program) => (inputs) => program.run(inputs)),
    caught: ['laws/donated inputs are gone, others stay'],
  },
  {
    name: 'a program that keeps the inputs of its first run',
    backend: () =>
      running((program) => {
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
]

describe.each(mutants)('$name', ({ backend, caught }) => {
  const made = backend()
  afterAll(() => made.dispose())
  test.each(caught)('is caught by %s', async (id) => {
    await expect(caseOf(id).run(made)).rejects.toThrow(MismatchError)
  })
})

describe('what a failure says', () => {
  test('the case, the place, both numbers, the tolerance and the seed', async () => {
    const backend = mutants[0]!.backend()
    const id = 'laws/padding changes nothing: lstm, context in the first state'
    const error = await caseOf(id)
      .run(backend)
      .catch((thrown: unknown) => thrown)
    expect(MismatchError.isInstance(error)).toBe(true)
    expect(String(error)).toMatch(
      /laws\/padding .*: \S+ is wrong at \[\d.*\]\n {2}expected {2}\S+\n {2}got {7}\S+\n {2}may differ by \S+\n {2}seed 20260/,
    )
    await backend.dispose()
  })
})

describe('gaps', () => {
  const withoutErf: Backend = {
    ...broken((node) => {
      if (node.op === 'erf') throw new UnsupportedOpError({ backend: 'broken', op: 'erf' })
      return node
    }),
    compile: async (graph) => {
      const inner = reference()
      if (graph.nodes.some((node) => node.op === 'erf')) {
        throw new UnsupportedOpError({ backend: 'broken', op: 'erf' })
      }
      return inner.compile(graph)
    },
  }
  const id = 'ops/erf of float [7]'
  const reason = 'this engine has no erf'

  test('cover the case they name, and the op they name', async () => {
    for (const gap of [
      { case: id, reason },
      { op: 'erf' as const, reason },
    ]) {
      const list = new GapList([gap], cases)
      expect(await list.run(caseOf(id), withoutErf)).toEqual({ status: 'gap', reason })
      list.expectAllUsed()
    }
  })

  test('that are not declared fail', async () => {
    const list = new GapList([], cases)
    await expect(list.run(caseOf(id), withoutErf)).rejects.toThrow(UnsupportedOpError)
  })

  test('that are closed fail', async () => {
    const list = new GapList([{ case: id, reason }], cases)
    await expect(list.run(caseOf(id), reference())).rejects.toThrow('gap closed')
    const ofOp = new GapList([{ op: 'erf', reason }], cases)
    expect(await ofOp.run(caseOf(id), reference())).toEqual({ status: 'passed' })
    expect(() => ofOp.expectAllUsed()).toThrow("gap closed: op 'erf'")
  })

  test('do not hide wrong numbers', async () => {
    const wrong = broken((node) => (node.op === 'erf' ? ({ ...node, op: 'tanh' } as unknown as Node) : node))
    const list = new GapList([{ case: id, reason }], cases)
    await expect(list.run(caseOf(id), wrong)).rejects.toThrow(MismatchError)
  })

  test('of cases that do not exist are refused', () => {
    expect(() => new GapList([{ case: 'ops/none', reason }], cases)).toThrow("there is no case 'ops/none'")
  })
})
