import type { Kind, Node, Tensor } from '@dragoman/core'
import {
  add,
  argMax,
  broadcast,
  cast,
  div,
  equal,
  exp,
  flip,
  floor,
  max,
  mul,
  not,
  reduceSum,
  select,
  slice,
  sub,
} from '@dragoman/core'
import { brokenFormula, brokenNodes } from './broken-backend.ts'
import type { Mutant } from './mutant.ts'

type F = Tensor<'float'>
type Int = Tensor<'int'>

const isUndefined = (x: F) => not(equal(x, x))
const kindOf = (x: Tensor | undefined): Kind | undefined => x?.kind
/** The op of a node under another name; both have the same attributes. */
const renamed = (node: Node, from: string, to: string): Node =>
  node.op === from ? ({ ...node, op: to } as unknown as Node) : node

/** Mistakes in what an op computes. */
export const arithmeticMutants: readonly Mutant[] = [
  {
    name: 'a mask that is one position too long',
    backend: () => brokenNodes((node) => renamed(node, 'less', 'lessEqual')),
    caught: [
      'ops/less of float [2,3] and [2,3]',
      'laws/padding changes nothing: lstm, context in the first state',
    ],
  },
  {
    name: 'branches of select that are swapped',
    backend: () =>
      brokenNodes((node) =>
        node.op === 'select'
          ? { ...node, inputs: [node.inputs[0]!, node.inputs[2]!, node.inputs[1]!] }
          : node,
      ),
    caught: [
      'ops/select of float with operands that broadcast',
      'gradients/lstm forwards with padding',
      'goldens/rnn lstm-1-layer-forward-zero-state-lengths',
    ],
  },
  {
    name: 'products that forget to transpose',
    backend: () =>
      brokenNodes((node) =>
        node.op === 'matmul' ? { ...node, attributes: { ...node.attributes, transposeB: false } } : node,
      ),
    caught: ['ops/matmul of [64,64] and [64,64] swapped', 'gradients/scan forwards, all outputs used'],
  },
  {
    name: 'a maximum that is a minimum',
    backend: () => brokenNodes((node) => renamed(node, 'reduceMax', 'reduceMin')),
    caught: [
      'ops/reduceMax of float [7] over 0',
      'goldens/losses cross-entropy-smoothing-0.0-extreme-logits',
    ],
  },
  {
    name: 'a maximum that swallows NaN',
    backend: () =>
      brokenFormula(({ op }, [a, b]) =>
        op === 'max' && kindOf(a) === 'float'
          ? [select(isUndefined(a!), b!, select(isUndefined(b!), a!, max(a!, b!)))]
          : undefined,
      ),
    caught: ['ops/max of NaN and infinities'],
  },
  {
    name: 'int division that rounds down',
    backend: () =>
      brokenFormula(({ op }, [a, b]) => {
        if (op !== 'div' || kindOf(a) !== 'int') return undefined
        const quotient = floor(div(cast(a!, 'float'), cast(b!, 'float')))
        return [select(equal(b as unknown as Int, 0), 0, cast(quotient, 'int'))]
      }),
    caught: ['ops/div of ints that truncates, and by 0'],
  },
  {
    name: 'ints that are floats, and saturate',
    backend: () =>
      brokenFormula(({ op }, [a, b]) =>
        op === 'mul' && kindOf(a) === 'int'
          ? [cast(mul(cast(a!, 'float'), cast(b!, 'float')), 'int')]
          : undefined,
      ),
    caught: ['ops/mul of ints that wrap'],
  },
  {
    name: 'a cast that rounds to the nearest',
    backend: () =>
      brokenFormula((node, [x]) =>
        node.op === 'cast' && node.attributes.kind === 'int' && x!.kind === 'float'
          ? [cast(floor(add(x!, 0.5)), 'int')]
          : undefined,
      ),
    caught: ['ops/cast from float to int'],
  },
  {
    name: 'a largest element of which the last counts',
    backend: () =>
      brokenFormula((node, [x]) => {
        if (node.op !== 'argMax') return undefined
        const { axis } = node.attributes
        return [sub(Number(x!.shape[axis]) - 1, argMax(flip(x!, [axis]), axis))]
      }),
    caught: ['ops/argMax of int along axis 1, with ties'],
  },
  {
    name: 'operands that repeat their first element instead of their row',
    backend: () =>
      brokenFormula(({ op }, [a, b]) =>
        op === 'add' && a!.shape.length < b!.shape.length && a!.shape.length === 1
          ? [add(broadcast(slice(a!, 0, 0, 1), a!.shape), b!)]
          : undefined,
      ),
    caught: ['ops/add of float [3] and [2,2,3]'],
  },
  {
    name: 'half the digits',
    backend: () =>
      brokenFormula(({ op }, [x]) => (op === 'exp' ? [div(floor(mul(exp(x!), 4096)), 4096)] : undefined)),
    caught: ['ops/exp of float [7]', 'composites/softmax of [2,3]'],
  },
  {
    name: 'a softmax that does not take off the largest',
    backend: () =>
      brokenFormula(
        ({ op }, [x]) => {
          if (op !== 'softmax') return undefined
          const powers = exp(x!)
          return [div(powers, reduceSum(powers, { axes: [-1], keepDims: true }))]
        },
        ['softmax'],
      ),
    caught: ['composites/softmax of large scores'],
  },
]
