import type { HostArray } from '@dragoman/core'
import type { CompositeCase } from './composite-case.ts'
import { RandomSource } from './random-source.ts'

const random = new RandomSource(12)
const float = (...shape: number[]) => random.array('float', shape)

/** [B, H, H′, T, S, d, e]; the last ones take several blocks of queries. */
type Sizes = readonly [number, number, number, number, number, number, number]

const everySize: readonly Sizes[] = [
  [1, 1, 1, 1, 1, 1, 1],
  [2, 2, 2, 3, 4, 5, 3],
  [1, 4, 2, 6, 9, 8, 8],
  [2, 3, 1, 9, 5, 3, 4],
  [1, 2, 1, 1, 33, 16, 16],
  [1, 1, 1, 70, 301, 9, 5],
  [0, 2, 2, 3, 4, 2, 2],
  [2, 2, 1, 0, 4, 2, 2],
  [2, 2, 1, 3, 0, 2, 2],
]

const flags = { causal: false, scale: 0.5, hasAllowed: false, hasBias: false, hasMask: false }

/** Which axes of the scores an operand has; it repeats along the others. */
type Axes = readonly [boolean, boolean, boolean, boolean]

const everyAxes: readonly Axes[] = [
  [true, true, true, true],
  [true, false, false, true],
  [false, true, true, true],
  [false, true, true, false],
  [false, false, false, false],
]

function repeating(sizes: Sizes, axes: Axes, kind: 'float' | 'bool'): HostArray {
  const [B, H, , T, S] = sizes
  return random.array(
    kind,
    [B, H, T, S].map((size, axis) => (axes[axis] ? size : 1)),
  )
}

/** The last keys of each sentence are padding, and the last sentence is padding alone. */
function padding([B, , , , S]: Sizes): HostArray {
  const isReal = (i: number) => Number(Math.floor(i / S) < B - 1 && i % S < S - (Math.floor(i / S) % 3) - 1)
  return { kind: 'bool', shape: [B, 1, 1, S], data: Uint8Array.from({ length: B * S }, (_, i) => isReal(i)) }
}

function projections([B, H, G, T, S, d, e]: Sizes): HostArray[] {
  return [float(B, H, T, d), float(B, G, S, d), float(B, G, S, e)]
}

function withValue(array: HostArray, index: number, value: number): HostArray {
  const data = Float32Array.from(array.data)
  data[index] = value
  return { ...array, data }
}

/** Operands after query, key and value, and the attributes that say which they are. */
interface Variant {
  readonly optional: readonly HostArray[]
  readonly attributes: typeof flags
}

function variantsOf(sizes: Sizes): Variant[] {
  const mask = () => repeating(sizes, everyAxes[0]!, 'float')
  return [
    { optional: [], attributes: flags },
    { optional: [], attributes: { ...flags, causal: true } },
    { optional: [padding(sizes)], attributes: { ...flags, hasAllowed: true } },
    { optional: [mask()], attributes: { ...flags, hasMask: true } },
    ...everyAxes.map((axes) => ({
      optional: [
        repeating(sizes, axes, 'bool'),
        repeating(sizes, axes, 'float'),
        repeating(sizes, axes, 'float'),
      ],
      attributes: { ...flags, causal: true, hasAllowed: true, hasBias: true, hasMask: true },
    })),
    ...everyAxes.map((axes) => ({
      optional: [repeating(sizes, axes, 'float')],
      attributes: { ...flags, scale: 1, hasBias: true },
    })),
  ]
}

/** NaN in one query, a bias of −Inf for some keys and for all keys of one query, an infinite score. */
function strange(): Variant & { readonly projections: HostArray[] } {
  const sizes: Sizes = [1, 2, 2, 4, 5, 3, 3]
  const bias = repeating(sizes, [false, false, true, true], 'float')
  const data = Float32Array.from(bias.data, (x, i) => (i % 3 === 0 || (i >= 5 && i < 10) ? -Infinity : x))
  const [query, key, value] = projections(sizes) as [HostArray, HostArray, HostArray]
  return {
    projections: [withValue(query, 0, Number.NaN), key, value],
    optional: [{ ...bias, data }],
    attributes: { ...flags, hasBias: true },
  }
}

/** Attention of all sizes, with operands that repeat along any axes, and with what is no number. */
export const attentionCases: readonly CompositeCase[] = [
  ...everySize.flatMap((sizes) =>
    variantsOf(sizes).map(({ optional, attributes }) => ({
      operands: [...projections(sizes), ...optional],
      attributes,
    })),
  ),
  { operands: [...strange().projections, ...strange().optional], attributes: strange().attributes },
]

/** Gradients of the same. */
export const attentionGradCases: readonly CompositeCase[] = everySize.flatMap((sizes) =>
  variantsOf(sizes).flatMap(({ optional, attributes }) => {
    const [B, H, , T, , , e] = sizes
    const operands = [...projections(sizes), float(B, H, T, e), ...optional]
    const gradients = attributes.hasBias ? [true, false] : [false]
    return gradients.map((biasGradient) => ({ operands, attributes: { ...attributes, biasGradient } }))
  }),
)
