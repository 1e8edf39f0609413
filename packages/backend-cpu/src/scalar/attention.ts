import { argumentOffsets } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const forwardAt = argumentOffsets('attention')
const gradAt = argumentOffsets('attentionGrad')

type Operand = 'query' | 'key' | 'value' | 'isAllowed' | 'bias' | 'mask'

/** The arguments of attention and attentionGrad, which have the same names in both. */
class Arguments {
  readonly views: Views
  private readonly p: number
  private readonly words: Readonly<Record<string, number>>

  constructor(views: Views, p: number, words: Readonly<Record<string, number>>) {
    this.views = views
    this.p = p
    this.words = words
  }

  int(name: string): number {
    return this.views.int[this.p + this.words[name]!]!
  }

  get scale(): number {
    return this.views.float[this.p + this.words.scale!]!
  }

  /** Whether an optional operand is there. */
  has(name: string): boolean {
    return this.int(name) !== 0
  }

  /** Element index of a row of an operand; `strides` names whose strides it has. */
  row(name: string, place: Place, strides = name): number {
    const { b, h, t } = place
    const offset =
      b * this.int(`${strides}Batch`) + h * this.int(`${strides}Head`) + t * this.int(`${strides}Row`)
    return pointerAt(this.views, this.p + this.words[name]!) + offset
  }

  /** The element of an operand that repeats to the scores. */
  score(name: Operand, place: Place, s: number): number {
    return this.row(name, place) + s * this.int(`${name}Column`)
  }

  /** The row of key or value that a query of this head reads. */
  shared(place: Place, s: number): Place {
    return { b: place.b, h: Math.floor((place.h * this.int('keyHeads')) / this.int('heads')), t: s }
  }

  /** The number of keys that a query sees. */
  visible({ t }: Place): number {
    const source = this.int('source')
    if (this.int('causal') === 0) return source
    return Math.min(source, Math.max(0, t + 1 + source - this.int('target')))
  }

  *places(): Generator<Place> {
    for (let b = 0; b < this.int('batch'); b++) {
      for (let h = 0; h < this.int('heads'); h++) {
        for (let t = 0; t < this.int('target'); t++) yield { b, h, t }
      }
    }
  }
}

/** One query. */
interface Place {
  readonly b: number
  readonly h: number
  readonly t: number
}

function dot(float: Float32Array, a: number, b: number, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += float[a + i]! * float[b + i]!
  return sum
}

/** float[to…] += factor · float[from…] */
function addScaled(float: Float32Array, to: number, from: number, n: number, factor: number): void {
  for (let i = 0; i < n; i++) float[to + i]! += factor * float[from + i]!
}

/** Weights of one query for the keys that it sees, without the mask. */
function weightsOf(args: Arguments, place: Place): Float64Array {
  const { float, int } = args.views
  const query = args.row('query', place)
  const scores = Float64Array.from({ length: args.visible(place) }, (_, s) => {
    if (args.has('isAllowed') && int[args.score('isAllowed', place, s)] === 0) return Number.NEGATIVE_INFINITY
    const bias = args.has('bias') ? float[args.score('bias', place, s)]! : 0
    return dot(float, query, args.row('key', args.shared(place, s)), args.int('width')) * args.scale + bias
  })
  const largest = scores.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY) return scores.fill(0)
  const powers = scores.map((x) => Math.exp(x - largest))
  const total = powers.reduce((sum, x) => sum + x, 0)
  return powers.map((x) => x / total)
}

/** What dropout multiplies a weight by. */
function kept(args: Arguments, place: Place, s: number): number {
  return args.has('mask') ? args.views.float[args.score('mask', place, s)]! : 1
}

export function attention(views: Views, p: number): void {
  const args = new Arguments(views, p, forwardAt)
  const { float } = views
  const valueWidth = args.int('valueWidth')
  for (const place of args.places()) {
    const context = new Float64Array(valueWidth)
    weightsOf(args, place).forEach((weight, s) => {
      const value = args.row('value', args.shared(place, s))
      const factor = weight * kept(args, place, s)
      for (let i = 0; i < valueWidth; i++) context[i]! += factor * float[value + i]!
    })
    float.set(context, args.row('context', place))
  }
}

export function attentionGrad(views: Views, p: number): void {
  const args = new Arguments(views, p, gradAt)
  const { float } = views
  const [width, valueWidth] = [args.int('width'), args.int('valueWidth')]
  const dBias = pointerAt(views, p + gradAt.dBias)
  if (args.has('dBias')) float.fill(0, dBias, dBias + args.int('biasElements'))
  clearKeys(args)
  for (const place of args.places()) {
    const weights = weightsOf(args, place)
    const dContext = args.row('dContext', place)
    const dWeights = weights.map((_, s) => {
      const value = args.row('value', args.shared(place, s))
      return dot(float, dContext, value, valueWidth) * kept(args, place, s)
    })
    const mean = weights.reduce((sum, weight, s) => sum + weight * dWeights[s]!, 0)
    const dQuery = args.row('dQuery', place)
    float.fill(0, dQuery, dQuery + width)
    weights.forEach((weight, s) => {
      const dScore = weight * (dWeights[s]! - mean)
      const shared = args.shared(place, s)
      if (args.has('dBias')) float[args.row('dBias', place, 'bias') + s * args.int('biasColumn')]! += dScore
      addScaled(float, args.row('dValue', shared), dContext, valueWidth, weight * kept(args, place, s))
      addScaled(float, dQuery, args.row('key', shared), width, dScore * args.scale)
      addScaled(float, args.row('dKey', shared), args.row('query', place), width, dScore * args.scale)
    })
  }
}

/** The gradients of keys and values are sums over queries. */
function clearKeys(args: Arguments): void {
  const { float } = args.views
  for (let b = 0; b < args.int('batch'); b++) {
    for (let h = 0; h < args.int('keyHeads'); h++) {
      for (let t = 0; t < args.int('source'); t++) {
        const [dKey, dValue] = [args.row('dKey', { b, h, t }), args.row('dValue', { b, h, t })]
        float.fill(0, dKey, dKey + args.int('width'))
        float.fill(0, dValue, dValue + args.int('valueWidth'))
      }
    }
  }
}
